// Schedules and escalation policies, and the services that page through them.
#include <fmt/format.h>

#include "sandbox/pagerduty/seed.h"

namespace davit::sandbox::pagerduty {
namespace {

using std::chrono::days;
using std::chrono::hours;

std::vector<std::string> texts(std::initializer_list<std::string_view> views) {
  return {views.begin(), views.end()};
}

constexpr std::string_view kOtherServices[] = {
    "Ticket scanner",  "Seat map",        "Search",
    "Mail sender",     "Invoices",        "Refunds",
    "Vouchers",        "Waiting room",    "Image cache",
    "Login",           "Profiles",        "Reviews",
    "Recommendations", "Partner API",     "Box office",
    "Data warehouse",  "Event importer",  "Push messages",
    "Feature flags",   "Translation",     "Geo lookup",
    "Fraud check",     "Accounting feed", "Audit log",
    "Batch jobs",      "Load balancer",   "DNS",
    "Build runners",   "Artifacts",       "VPN",
};

}  // namespace

// The week's turn began three days ago; after twelve whole rounds it is the first user's again.
void add_on_call(Store& store, Time now) {
  auto const start = Time(std::chrono::floor<days>(now)) - days(3) + hours(9) - days(7) * 12;
  auto const team = std::string(seed::kTeam);
  store.schedules = {
      {.id = std::string(seed::kPrimary),
       .name = "Payments primary",
       .description = "Who is called first",
       .team = team,
       .layer =
           {.id = "PLPRIM1",
            .start = start,
            .turn = days(7),
            .users = texts({seed::kTomas, seed::kJonas, seed::kAisha})}},
      {.id = std::string(seed::kSecondary),
       .name = "Payments secondary",
       .description = "Who is called when nobody answers",
       .team = team,
       .layer =
           {.id = "PLSECO1",
            .start = start,
            .turn = days(7),
            .users = texts({seed::kJonas, seed::kAisha, seed::kTomas})}},
      {.id = std::string(seed::kFrontSchedule),
       .name = "Front end in office hours",
       .description = "08:00 to 18:00 UTC; nobody at night",
       .team = std::string(seed::kFrontTeam),
       .layer =
           {.id = "PLFRON1",
            .start = start,
            .turn = days(1),
            .users = texts({seed::kPriya, seed::kLena}),
            .from_of_day = hours(8),
            .hours = hours(10)}}
  };
  store.policies = {
      {.id = std::string(seed::kPolicy),
       .name = "Payments on call",
       .description = "Primary, then secondary, then Mina",
       .team = team,
       .rules =
           {{"PRPAYM1", 15, std::string(seed::kPrimary), ""},
            {"PRPAYM2", 15, std::string(seed::kSecondary), ""},
            {"PRPAYM3", 30, "", std::string(seed::kMina)}}},
      {.id = std::string(seed::kFrontPolicy),
       .name = "Front end on call",
       .description = "In office hours",
       .team = std::string(seed::kFrontTeam),
       .rules =
           {{"PRFRON1", 30, std::string(seed::kFrontSchedule), ""},
            {"PRFRON2", 30, "", std::string(seed::kAisha)}}}
  };
}

void add_services(Store& store, const Options& options, Time now) {
  struct StoryService {
    std::string_view id;
    std::string_view name;
    std::string_view system;
    std::string_view policy;
    std::string_view team;
  };
  constexpr StoryService kStoryServices[] = {
      {story::kPageService, "Harbor API", story::kService, seed::kPolicy, seed::kTeam},
      {seed::kWebService, "Harbor Web", story::kFrontEnd, seed::kFrontPolicy, seed::kFrontTeam},
      {seed::kProviderService, "Payment provider", story::kProvider, seed::kPolicy, seed::kTeam},
      {seed::kDatabaseService, "Orders DB", story::kDatabase, seed::kPolicy, seed::kTeam},
  };
  for (auto const& one : kStoryServices) {
    store.services.push_back(
        {.id = std::string(one.id),
         .name = std::string(one.name),
         .description = fmt::format("{} in production", one.system),
         .policy = std::string(one.policy),
         .teams = texts({one.team}),
         .created = now - days(500)}
    );
  }
  store.services.front().integrations = {
      {std::string(seed::kDynatrace), "Dynatrace", options.routing_key, "Dynatrace"},
      {"PIGITLB", "GitLab", "R0SANDBOXEVENTS00000000000000002", "GitLab"}
  };
  for (auto const name : kOtherServices) {
    store.services.push_back(
        {.id = store.new_id(),
         .name = std::string(name),
         .description = fmt::format("{} in production", name),
         .policy = std::string(seed::kFrontPolicy),
         .teams = {"PTPLATF"},
         .created = now - days(400)}
    );
  }
  auto const api = std::string(story::kPageService);
  store.dependencies = {
      {"D0WEBAPI", api, std::string(seed::kWebService)},
      {"D0APIPAY", std::string(seed::kProviderService), api},
      {"D0APIORD", std::string(seed::kDatabaseService), api}
  };
}

}  // namespace davit::sandbox::pagerduty
