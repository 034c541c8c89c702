#include "sandbox/gitlab/seed.h"

namespace davit::sandbox::gitlab {
namespace {

std::vector<Label> standard_labels(Id first) {
  return {
      {first, "backend", "#1f75cb", "Server-side work"},
      {first + 1, "bug", "#d9534f", "Something does not work"},
      {first + 2, "customer", "#7a3fb3", "Reported by a customer"},
      {first + 3, "documentation", "#428bca", ""},
      {first + 4, "flaky-test", "#ad4363", "Fails now and then"},
      {first + 5, "good first issue", "#009966", "Small, and well described"},
      {first + 6, "payments", "#8e44ad", "Charges, refunds, the provider"},
      {first + 7, "priority::high", "#c21e56", ""},
      {first + 8, "priority::low", "#eee600", ""},
  };
}

}  // namespace

void seed_projects(Store& store) {
  for (auto const& group : {
           Group{
               10, 0, "Harbor", "harbor", "harbor", "Harbor", "Ticket shop", at("2024-02-01 09:00")
           },
           Group{
               20,
               10,
               "Platform",
               "platform",
               "harbor/platform",
               "Harbor / Platform",
               "Tools for deploying",
               at("2024-03-01 09:00")
           },
           Group{90, 0, "Vault", "vault", "vault", "Vault", "", at("2024-02-01 09:00")},
       }) {
    store.groups.emplace(group.id, group);
  }
  auto& harbor = store.groups.at(10);
  harbor.members = {{15, Role::owner}, {kMina, Role::developer}, {kAisha, Role::maintainer}};
  harbor.labels = {{2901, "incident", "#a2191f", "Something burns, or did"}};
  harbor.milestones = {
      {.id = 390,
       .iid = 1,
       .title = "Year 2026",
       .description = "What all teams do this year.",
       .start_date = "2026-01-01",
       .due_date = "2026-12-31",
       .created = at("2025-12-15 09:00")}
  };
  store.groups.at(20).members = harbor.members;
  store.moved = {{"harbor/old-api", "harbor/api"}};

  auto& api = store.projects[kApi];
  api.id = kApi;
  api.group = 10;
  api.name = "API";
  api.path = "api";
  api.description = "Orders, payments and tickets behind api.harbor.example.";
  api.topics = {"backend", "payments", "typescript"};
  api.languages = {
      {"TypeScript", 91.42}, {"JavaScript", 5.11}, {"Shell", 2.3}, {"Dockerfile", 1.17}
  };
  api.needs_pipeline = true;
  api.needs_resolved_threads = true;
  api.approvals_required = 1;
  api.created = at("2024-02-05 10:12");
  api.last_activity = at("2026-11-20 15:41");
  api.stars = 4;
  api.members = {
      {kMina, Role::maintainer},
      {kJonas, Role::developer},
      {kAisha, Role::maintainer},
      {kBot, Role::developer},
      {kTomas, Role::developer},
      {15, Role::owner}
  };
  api.labels = standard_labels(2001);
  api.milestones = {
      {.id = 301,
       .iid = 1,
       .title = "Autumn release",
       .description = "Shop 4.2",
       .state = "closed",
       .start_date = "2026-09-01",
       .due_date = "2026-10-30",
       .created = at("2026-08-24 08:30")},
      {.id = 302,
       .iid = 2,
       .title = "Christmas readiness",
       .description = "Everything that must hold on the busiest days of the year.",
       .start_date = "2026-11-02",
       .due_date = "2026-12-11",
       .created = at("2026-10-26 09:00")},
  };
  api.protected_branches = {
      {.id = 401, .name = "main"},
      {.id = 402, .name = "release/*", .push = Role::none, .merge = Role::maintainer}
  };

  auto& web = store.projects[kWeb];
  web.id = kWeb;
  web.group = 10;
  web.name = "Web";
  web.path = "web";
  web.description = "The shop's front end.";
  web.topics = {"frontend"};
  web.languages = {{"TypeScript", 68.05}, {"SCSS", 20.61}, {"HTML", 11.34}};
  web.merge_method = "ff";
  web.created = at("2024-02-05 10:40");
  web.last_activity = at("2026-11-19 11:05");
  web.stars = 2;
  web.members = {
      {kMina, Role::developer},
      {kJonas, Role::developer},
      {kAisha, Role::maintainer},
      {15, Role::owner}
  };
  web.labels = standard_labels(2101);
  web.milestones = {
      {.id = 311,
       .iid = 1,
       .title = "Christmas readiness",
       .description = "",
       .start_date = "2026-11-02",
       .due_date = "2026-12-11",
       .created = at("2026-10-26 09:10")}
  };
  web.protected_branches = {{.id = 411, .name = "main"}};

  auto& tools = store.projects[kDeployTools];
  tools.id = kDeployTools;
  tools.group = 20;
  tools.name = "Deploy tools";
  tools.path = "deploy-tools";
  tools.description = "Scripts that roll the services out.";
  tools.topics = {"ci", "deployment"};
  tools.languages = {{"Shell", 72.9}, {"Python", 27.1}};
  tools.created = at("2024-03-11 14:00");
  tools.last_activity = at("2026-11-18 17:20");
  tools.members = {{kMina, Role::reporter}, {kAisha, Role::maintainer}, {15, Role::owner}};
  tools.labels = standard_labels(2201);
  tools.protected_branches = {{.id = 421, .name = "main"}};

  auto& vault = store.projects[kVault];
  vault.id = kVault;
  vault.group = 90;
  vault.name = "Secrets";
  vault.path = "secrets";
  vault.created = at("2024-02-01 09:30");
  vault.last_activity = at("2026-01-01 09:30");
  vault.members = {{15, Role::owner}};
}

}  // namespace davit::sandbox::gitlab
