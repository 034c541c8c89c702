#include <fmt/format.h>

#include "sandbox/dynatrace/answers.h"
#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Kind {
  std::string_view title;
  std::string_view severity;
  std::string_view impact;
  bool is_host;
};

constexpr Kind kKinds[] = {
    {"Response time degradation", "PERFORMANCE", "SERVICES", false},
    {"CPU saturation", "RESOURCE_CONTENTION", "INFRASTRUCTURE", true},
    {"Failure rate increase", "ERROR", "SERVICES", false},
    {"Process unavailable", "AVAILABILITY", "INFRASTRUCTURE", true},
    {"Queue is longer than 10k", "CUSTOM_ALERT", "ENVIRONMENT", true},
};

json::Object evidence(
    const Store& store,
    std::string_view type,
    std::string_view name,
    std::string_view entity,
    minutes ago,
    json::Object more
) {
  json::Object out{
      {"evidenceType", type},
      {"displayName", name},
      {"entity", show_stub(store, entity)},
      {"groupingEntity", show_stub(store, entity)},
      {"rootCauseRelevant", true},
      {"startTime", to_millis(store.seeded - ago)},
      {"endTime", -1},
  };
  for (auto& [key, value] : more) out[key] = std::move(value);
  return out;
}

json::Array story_evidence(const Store& store) {
  return {
      evidence(
          store,
          "EVENT",
          story::kChangeTitle,
          story::kServiceEntity,
          story::kDeployed,
          {{"eventId", kDeploymentEvent}, {"eventType", "CUSTOM_DEPLOYMENT"}}
      ),
      evidence(
          store,
          "TRANSACTIONAL",
          "Failure rate",
          story::kServiceEntity,
          story::kProblemOpened,
          {{"unit", "Percent"}, {"valueBeforeChangePoint", 0.4}, {"valueAfterChangePoint", 12.4}}
      ),
      evidence(
          store,
          "METRIC",
          "Response time",
          story::kServiceEntity,
          story::kProblemOpened,
          {{"metricId", "builtin:service.response.time"},
           {"unit", "MicroSecond"},
           {"valueBeforeChangePoint", 180'000.0},
           {"valueAfterChangePoint", 2'150'000.0}}
      ),
  };
}

json::Array story_impacts(const Store& store) {
  json::Object service{
      {"impactType", "SERVICE"},
      {"impactedEntity", show_stub(store, story::kServiceEntity)},
      {"estimatedAffectedUsers", 1840},
      {"numberOfPotentiallyAffectedServiceCalls", 6120},
  };
  json::Object application{
      {"impactType", "APPLICATION"},
      {"impactedEntity", show_stub(store, entity_id("APPLICATION", "harbor.example"))},
      {"estimatedAffectedUsers", 1840},
  };
  return {std::move(service), std::move(application)};
}

void add_story(Store& store, const Addresses& addresses) {
  auto const opened = store.seeded - story::kProblemOpened;
  std::string const service(story::kServiceEntity);
  std::string const front_end(story::kFrontEndEntity);
  Problem problem{
      .id = std::string(story::kProblemId),
      .display_id = std::string(story::kProblem),
      .title = std::string(story::kProblemTitle),
      .severity = "ERROR",
      .impact = "SERVICES",
      .start = opened,
      .affected = {service, front_end},
      .impacted = {service, front_end},
      .root_cause = service,
      .zone = std::string(story::kTeam),
      .evidence = story_evidence(store),
      .impacts = story_impacts(store),
  };
  auto const say = [&](std::string_view id,
                       std::string_view who,
                       std::string text,
                       std::string_view context,
                       minutes ago) {
    problem.comments.push_back(
        {std::string(id),
         std::string(who),
         std::move(text),
         std::string(context),
         store.seeded - ago}
    );
  };
  say("5001_1",
      "PagerDuty",
      fmt::format("Incident {}: {}", story::kPageNumber, story::page_url(addresses)),
      "pagerduty",
      story::kPaged);
  say("5001_2",
      story::kTomas.email,
      fmt::format("Looking. Began minutes after {} went out.", story::kBadVersion),
      "",
      story::kAcknowledged);
  say("5001_3",
      story::kTomas.email,
      fmt::format(
          "{} in the logs, see {} ({})",
          story::kSymptom,
          story::kTicket,
          story::ticket_url(addresses)
      ),
      "",
      story::kTicketOpened);
  say("5001_4",
      "status-bot",
      fmt::format("{}\x07\x1b[31m <img src=x onerror=alert(1)>", kHostileText),
      "webhook",
      minutes(20));
  store.problems.push_back(std::move(problem));
}

void add_disk(Store& store) {
  store.problems.push_back(
      {.id = fmt::format("7011345_{}V2", to_millis(store.seeded - hours(5))),
       .display_id = "P-26110039",
       .title = "Low disk space",
       .severity = "RESOURCE_CONTENTION",
       .impact = "INFRASTRUCTURE",
       .start = store.seeded - hours(5),
       .affected = {host_entity(31)},
       .impacted = {host_entity(31)},
       .zone = "Tickets"}
  );
}

void add_closed(Store& store, int number) {
  auto const& kind = kKinds[static_cast<std::size_t>(number) % std::size(kKinds)];
  auto const start = store.seeded - hours(9 + 15 * number);
  auto const entity = kind.is_host       ? host_entity(1 + number % kHosts)
                      : number % 10 == 0 ? std::string(story::kServiceEntity)
                                         : entity_id("SERVICE", "harbor-search");
  store.problems.push_back(
      {.id = fmt::format("{}_{}V2", -800'000'000'000 - 7919LL * number, to_millis(start)),
       .display_id = fmt::format("P-2611{:04}", 38 - number > 0 ? 38 - number : 9000 - number),
       .title = number == 7 ? fmt::format("{} \"{}\"", kind.title, kHostileText)
                            : std::string(kind.title),
       .severity = std::string(kind.severity),
       .impact = std::string(kind.impact),
       .start = start,
       .end = start + minutes(6 + 11 * (number % 9)),
       .affected = {entity},
       .impacted = {entity},
       .root_cause = number % 4 == 0 ? std::string() : entity,
       .zone = kind.is_host ? std::string("Tickets") : std::string()}
  );
}

}  // namespace

void seed_problems(Store& store, const Addresses& addresses) {
  add_story(store, addresses);
  add_disk(store);
  for (int number = 0; number < 45; ++number) add_closed(store, number);
}

}  // namespace davit::sandbox::dynatrace
