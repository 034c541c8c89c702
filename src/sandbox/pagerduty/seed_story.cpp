// The page of the story, from deployment to acknowledgement.
#include <fmt/format.h>

#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/seed.h"

namespace davit::sandbox::pagerduty {
namespace {

using std::chrono::minutes;

json::Object link(const std::string& href, std::string_view text) {
  return {{"type", "link"}, {"href", href}, {"text", text}};
}

void add_deployment(Store& store, const Addresses& at, Time now) {
  store.changes.push_back(
      {.id = "01SANDBOXDEPLOYMENT0000042",
       .created = now - story::kDeployed,
       .summary = fmt::format("{} {} deployed to production", story::kService, story::kBadVersion),
       .source = "gitlab",
       .service = std::string(story::kPageService),
       .integration = "PIGITLB",
       .details =
           {{"environment", "production"},
            {"version", story::kBadVersion},
            {"previous_version", story::kGoodVersion},
            {"merge_request", fmt::format("{}!{}", story::kProject, story::kMergeRequest)},
            {"change_request", story::kChange}},
       .links =
           {json::Object{
                {"href", story::merge_request_url(at)}, {"text", story::kMergeRequestTitle}
            },
            json::Object{{"href", story::change_url(at)}, {"text", story::kChangeTitle}}}}
  );
}

// As Dynatrace's integration sends a problem.
void add_alerts(Store& store, const Addresses& at, const Incident& page) {
  auto const problem = story::problem_url(at);
  Alert first{
      .id = "PALERT1",
      .incident = page.id,
      .service = page.service,
      .integration = std::string(seed::kDynatrace),
      .summary = std::string(story::kPageTitle),
      .key = std::string(story::kProblemId),
      .severity = "critical",
      .source = "Dynatrace",
      .component = std::string(story::kService),
      .group = "production",
      .event_class = "ERROR",
      .created = page.created,
      .updated = page.created,
      .details =
          {{"ProblemID", story::kProblem},
           {"PID", story::kProblemId},
           {"ProblemTitle", story::kProblemTitle},
           {"ProblemImpact", "SERVICE"},
           {"ProblemSeverity", "ERROR"},
           {"State", "OPEN"},
           {"ProblemURL", problem},
           {"ImpactedEntity", story::kService},
           {"ImpactedEntityID", story::kServiceEntity},
           {"ProblemDetails", story::kSymptom}},
      .contexts = {link(problem, "Problem in Dynatrace")},
      .client = "Dynatrace",
      .client_url = problem
  };
  auto second = first;
  second.id = "PALERT2";
  second.summary = fmt::format("{}: checkout answers 503", story::kFrontEnd);
  second.key = "harbor-web-checkout-503";
  second.severity = "error";
  second.component = story::kFrontEnd;
  second.created = second.updated = page.created + minutes(3);
  second.details["ImpactedEntity"] = story::kFrontEnd;
  second.details["ImpactedEntityID"] = story::kFrontEndEntity;
  store.alerts.push_back(std::move(first));
  store.alerts.push_back(std::move(second));
}

// What customers see of it, on the service that depends on the first.
void add_front_end_page(Store& store, Time now) {
  auto const& service = *find(store.services, seed::kWebService);
  trigger(
      store,
      {.id = "Q1HARBOR0043XY",
       .number = story::kPageNumber + 1,
       .title = fmt::format("{}: error rate of checkout 9 %", story::kFrontEnd),
       .service = service.id,
       .policy = service.policy,
       .priority = "PRIO0P2",
       .created = now - story::kPaged + minutes(2)},
      agent_of(service),
      {{"type", "api"}, {"summary", "Dynatrace"}}
  );
}

}  // namespace

void add_story(Store& store, const Addresses& at, Time now) {
  add_deployment(store, at, now);
  auto const& service = *find(store.services, story::kPageService);
  auto const& tomas = *find(store.users, seed::kTomas);
  auto const& aisha = *find(store.users, seed::kAisha);
  Incident incident{
      .id = std::string(story::kPage),
      .number = story::kPageNumber,
      .title = std::string(story::kPageTitle),
      .key = std::string(story::kProblemId),
      .service = service.id,
      .policy = service.policy,
      .priority = "PRIO0P1",
      .type = "major_incident",
      .details = fmt::format("Problem {}: {}", story::kProblem, story::problem_url(at)),
      .created = now - story::kPaged,
      .bridge =
          {{"conference_number", "+1-555-0142,,1042#"},
           {"conference_url", "https://meet.harbor.example/outage"}},
      .affected = "checkout"
  };
  auto& page = trigger(
      store,
      std::move(incident),
      agent_of(service),
      {{"type", "api"}, {"summary", "Dynatrace"}, {"client", "Dynatrace"}}
  );
  add_alerts(store, at, page);
  acknowledge(store, page, tomas, now - story::kAcknowledged);
  add_note(
      store,
      page,
      tomas,
      fmt::format("Since {} was deployed. Logs say: {}", story::kBadVersion, story::kSymptom),
      now - minutes(30)
  );
  add_note(
      store,
      page,
      tomas,
      fmt::format("Service desk has {}: {}", story::kIncident, story::incident_url(at)),
      now - minutes(29)
  );
  add_note(
      store,
      page,
      aisha,
      fmt::format(
          "Ticket: {}. Suspect {}; rolling back to {} is an option.",
          story::ticket_url(at),
          story::merge_request_url(at),
          story::kGoodVersion
      ),
      now - minutes(24)
  );
  add_front_end_page(store, now);
}

}  // namespace davit::sandbox::pagerduty
