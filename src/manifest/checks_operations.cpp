// What surrounds a running deployment: logs, traces, budget, tags, releases, shells.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/findings.h"

namespace davit::manifest {
namespace {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
constexpr std::array<int, 22> kRetentions{1,    3,    5,    7,    14,   30,  60,  90,
                                          120,  150,  180,  365,  400,  545, 731, 1096,
                                          1827, 2192, 2557, 2922, 3288, 3653};

void check_retention(const Manifest& manifest, Findings& findings) {
  auto const days = static_cast<int>(manifest.logs.retention.count());
  auto const after = std::ranges::lower_bound(kRetentions, days);
  if (!on_aws(manifest) || after == kRetentions.end() || *after == days) return;
  findings.add(
      "logs.retention",
      fmt::format(
          "is {}d, which CloudWatch does not have; write {}d or {}d",
          days,
          *std::prev(after),
          *after
      )
  );
}

void check_traces(const Manifest& manifest, Findings& findings) {
  if (manifest.traces_endpoint.empty() || manifest.traces == Traces::otlp) return;
  findings.add("traces.endpoint", "is for OpenTelemetry; write `to: otlp` beside it");
}

void check_budget(const Manifest& manifest, Findings& findings) {
  if (!on_aws(manifest) || !manifest.budget.monthly) return;
  if (!manifest.budget.email.empty() || !manifest.alerts.email.empty()) return;
  findings.add(
      "budget.email",
      "is missing: nobody would hear of it; write addresses, here or as `alerts.email`"
  );
}

// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: 50 tags
// of one resource; ours and those of CloudFormation and ECS are left room for.
constexpr std::size_t kMaxTags = 40;
constexpr std::size_t kMaxTagKey = 128;
constexpr std::size_t kMaxTagValue = 256;
constexpr std::array<std::string_view, 4> kOurTags{
    "application", "deployment", "environment", "server"
};

bool is_tag_text(std::string_view text) {
  return is_utf8(text) && text.find_first_of("\t\n\r\"'`\\*?<>|&%$#!;,(){}[]^~") == text.npos &&
         !has_control_character(text);
}

std::string check_tag(std::string_view key, std::string_view value) {
  auto const lower = to_lower(key);
  if (lower.starts_with("aws:")) return "begins with aws:, which is kept for AWS; rename it";
  if (std::ranges::find(kOurTags, lower) != kOurTags.end()) {
    return "is a tag that Davit sets by itself; leave it out, or rename it";
  }
  if (key.empty() || key.size() > kMaxTagKey) {
    return fmt::format("has {} bytes; the key of a tag has 1 to {}", key.size(), kMaxTagKey);
  }
  if (value.size() > kMaxTagValue) {
    return fmt::format("has a text of {} bytes; that of a tag has {}", value.size(), kMaxTagValue);
  }
  if (!is_tag_text(key) || !is_tag_text(value)) {
    return "has characters that AWS refuses in tags; write letters, digits, blanks and _ . : / = + "
           "- @";
  }
  return "";
}

void check_tags(const Manifest& manifest, Findings& findings) {
  std::map<std::string, std::string> keys;
  for (auto const& [key, value] : manifest.tags) {
    auto wrong = check_tag(key, value);
    auto const [other, is_new] = keys.emplace(to_lower(key), key);
    // IAM user guide, "Tagging IAM resources": keys that differ in case only are one.
    if (wrong.empty() && !is_new) {
      wrong = fmt::format(
          "differs from `{}` in capitals only, and roles take one of them", other->second
      );
    }
    if (!wrong.empty()) findings.add("tags." + key, std::move(wrong));
  }
  if (manifest.tags.size() > kMaxTags) {
    findings.add(
        "tags",
        fmt::format("are {}; AWS takes 50, of which {} are yours", manifest.tags.size(), kMaxTags)
    );
  }
}

void check_deploy(const Manifest& manifest, Findings& findings) {
  auto const& deploy = manifest.deploy;
  if (!deploy.environments.empty() && findings.is_written("deploy.branches") &&
      !deploy.branches.empty()) {
    findings.add(
        "deploy.branches",
        "excludes `environments`: GitHub names one of the two in its tokens; keep one"
    );
  }
  if (deploy.environments.empty() && deploy.branches.empty() && !deploy.github.empty()) {
    findings.add("deploy.branches", "is empty: no workflow could release; name one, `[main]`");
  }
  if (!deploy.github.empty()) return;
  for (auto const* key : {"deploy.branches", "deploy.environments"}) {
    if (findings.is_written(key)) findings.add(key, "needs the repository, `github: owner/name`");
  }
}

// The tools of connectors begin with their names.
void check_smoke(const Manifest& manifest, Findings& findings) {
  auto const is_foreign = !std::ranges::all_of(manifest.servers, &Server::is_connector);
  if (is_foreign) return;
  for (auto const& tool : manifest.release.smoke) {
    auto const is_known = std::ranges::any_of(manifest.servers, [&tool](const Server& server) {
      return tool.starts_with(server.connector.connector + '_');
    });
    if (is_known) continue;
    findings.add(
        "release.smoke",
        fmt::format("no server has a tool `{}`; `davit tools` lists what they have", tool)
    );
  }
}

// ECS developer guide, "Monitor containers with ECS Exec": the agent needs to write.
void check_shell(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || !manifest.service.exec || !manifest.service.read_only_root) return;
  findings.add(
      "service.exec",
      "writes into the container; write `read_only_root: false` beside it, for as long as it is on"
  );
}

void check_accounts(const Manifest& manifest, Findings& findings) {
  auto const& accounts = manifest.registry.accounts;
  if (manifest.account.empty() || std::ranges::find(accounts, manifest.account) == accounts.end()) {
    return;
  }
  findings.add(
      "registry.accounts",
      fmt::format(
          "has the deployment's own account, {}, which may pull anyway; take it out",
          manifest.account
      )
  );
}

// A text that a list has twice: refused by AWS, or meant to be another one.
void check_lists(const Manifest& manifest, Findings& findings) {
  std::pair<std::string_view, const Strings*> const lists[] = {
      {"network.allow", &manifest.network.allow},
      {"network.endpoints", &manifest.network.endpoints},
      {"network.subnets", &manifest.network.subnets},
      {"network.public_subnets", &manifest.network.public_subnets},
      {"auth.api_keys", &manifest.auth.api_keys},
      {"release.smoke", &manifest.release.smoke},
      {"release.calls", &manifest.release.calls},
      {"lambda.origins", &manifest.lambda.origins},
      {"registry.accounts", &manifest.registry.accounts},
      {"secrets.rotate", &manifest.secrets.rotate},
      {"alerts.email", &manifest.alerts.email},
      {"budget.email", &manifest.budget.email},
      {"deploy.branches", &manifest.deploy.branches},
      {"deploy.environments", &manifest.deploy.environments},
      {"deploy.principals", &manifest.deploy.principals},
  };
  for (auto const& [key, list] : lists) {
    auto sorted = *list;
    std::ranges::sort(sorted);
    auto const twice = std::ranges::adjacent_find(sorted);
    if (twice == sorted.end()) continue;
    findings.add(std::string(key), fmt::format("has `{}` twice; take one out", *twice));
  }
}

constexpr Check kChecks[] = {
    {"logs", check_retention},
    {"traces", check_traces},
    {"budget alerts", check_budget},
    {"tags", check_tags},
    {"deploy", check_deploy},
    {"release servers", check_smoke},
    {"service", check_shell},
    {"registry account", check_accounts},
    {"", check_lists},
};

}  // namespace

std::span<const Check> operation_checks() { return kChecks; }

}  // namespace davit::manifest
