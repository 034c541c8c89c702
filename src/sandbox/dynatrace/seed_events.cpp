#include <fmt/format.h>

#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::minutes;

struct Kind {
  std::string_view type;
  std::string_view title;
};

constexpr Kind kKinds[] = {
    {"PROCESS_RESTART", "Process restart"},
    {"CUSTOM_INFO", "Certificate renewed"},
    {"CUSTOM_CONFIGURATION", "Configuration changed"},
    {"HOST_SHUTDOWN", "Host shutdown"},
    {"CUSTOM_ANNOTATION", "Load test"},
};

Event make(
    Store& store, std::string_view type, std::string_view title, minutes ago, minutes lasts
) {
  auto const start = store.seeded - ago;
  auto const number = 4'000'001 + ++store.last_id;
  return {
      .id = fmt::format("{}_{}", number, start.time_since_epoch().count()),
      .type = std::string(type),
      .title = std::string(title),
      .start = start,
      .end = start + lasts,
      .correlation = stable_hex(fmt::format("{}", number), 16),
  };
}

}  // namespace

void seed_events(Store& store, const Addresses& addresses) {
  auto deployed =
      make(store, "CUSTOM_DEPLOYMENT", story::kChangeTitle, story::kDeployed, minutes(15));
  deployed.id = kDeploymentEvent;
  deployed.entity = story::kServiceEntity;
  deployed.properties = {
      {"dt.event.deployment.name", std::string(story::kChangeTitle)},
      {"dt.event.deployment.version", std::string(story::kBadVersion)},
      {"dt.event.deployment.release_stage", "production"},
      {"dt.event.deployment.project", std::string(story::kProject)},
      {"dt.event.deployment.ci_back_link", story::merge_request_url(addresses)},
      {"dt.event.deployment.remediation_action_link", story::change_url(addresses)},
      {"previous version", std::string(story::kGoodVersion)},
      {"change", std::string(story::kChange)},
      {"merge request", std::string(story::kMergeRequestTitle)},
  };
  store.events.push_back(std::move(deployed));

  auto failing = make(
      store,
      "SERVICE_ERROR_RATE_INCREASED",
      story::kProblemTitle,
      story::kProblemOpened,
      std::chrono::days(1)
  );
  failing.entity = story::kServiceEntity;
  failing.properties = {
      {"dt.event.description",
       "The current failure rate (12.4 %) exceeds the auto-detected baseline (0.4 %)"},
      {"dt.event.baseline.affected_load", "1,180 requests/min"},
  };
  store.events.push_back(std::move(failing));

  for (int i = 0; i < 55; ++i) {
    auto const& kind = kKinds[static_cast<std::size_t>(i) % std::size(kKinds)];
    // A third of them lies in the last two hours.
    auto const ago = i % 3 == 0 ? minutes(5 + 2 * i) : minutes(150 + 97 * i);
    auto event = make(store, kind.type, kind.title, ago, minutes(4));
    event.entity = host_entity(1 + i % kHosts);
    if (i == 6) event.title = fmt::format("{} <script>alert(1)</script>", kHostileText);
    store.events.push_back(std::move(event));
  }
}

}  // namespace davit::sandbox::dynatrace
