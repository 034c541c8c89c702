#include "connectors/pagerduty/pagerduty.h"

#include <fmt/format.h>

#include "connectors/pagerduty/caller.h"
#include "connectors/pagerduty/references.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

// Each operation's description names its scope.
// https://developer.pagerduty.com/docs/app-integration-development/oauth-functionality/
constexpr Toolset kToolsets[] = {
    {"people", "Who asks, users and teams.", "users.read", "users.write"},
    {"incidents", "Finding, handling and discussing incidents.", "incidents.read", "incidents.write"
    },
    {"oncall", "Who is on call, schedules and policies.", "oncalls.read", "schedules.write"},
    {"services", "Services and what they depend on.", "services.read", "services.write"},
    {"changes", "Deployments and other changes.", "change_events.read", ""},
    {"maintenance", "Planned silence.", "services.read", "services.write"},
    {"workflows",
     "Automation of incidents.",
     "incident_workflows.read",
     "incident_workflows:instances.write"},
    // The metrics are a POST, and its description names the scope for writing.
    {"analytics", "How incidents were handled.", "analytics.write", ""},
    {"events", "Sending alerts and changes.", "services.read", "services.read"},
    {"status_pages", "What customers are told.", "status_pages.read", "status_pages.write"},
};

// https://developer.pagerduty.com/docs/rest-api-v2/authentication/
constexpr AuthRule kAuth[] = {
    {.name = "oauth-us", .prefix = "pdus+", .note = "OAuth token of the US region"},
    {.name = "oauth-eu", .prefix = "pdeu+", .note = "OAuth token of the EU region"},
    {.name = "oauth", .only_named = true, .note = "OAuth token without a region in it"},
    {.name = "api-key", .scheme = "Token token=", .note = "API key of a user or of the account"},
};

constexpr const std::span<const Tool>* kTables[] = {
    &people_tools,
    &incident_tools,
    &incident_write_tools,
    &incident_message_tools,
    &insight_tools,
    &change_tools,
    &oncall_tools,
    &service_tools,
    &maintenance_tools,
    &workflow_tools,
    &analytics_tools,
    &event_tools,
    &status_page_tools,
};

constexpr Str kUsHost = "api.pagerduty.com";
constexpr Str kEuHost = "api.eu.pagerduty.com";
constexpr Str kEvents = "events:";

Result<> check_settings(const http::Url& base, const AuthRule& auth) {
  auto const is_wrong = (auth.name == "oauth-us" && base.host == kEuHost) ||
                        (auth.name == "oauth-eu" && base.host == kUsHost);
  if (!is_wrong) return {};
  return Error(
      ErrorKind::invalid_input, fmt::format("the token is of the other region than {}", base.host)
  );
}

// Events are taken at a host of their own, with the key of an integration in the body.
// https://developer.pagerduty.com/docs/events-api-v2/overview/
Place place(const http::Url& base, const AuthRule&, Str path) {
  if (!path.starts_with(kEvents)) return {.url = base.origin() + base.path + std::string(path)};
  path.remove_prefix(kEvents.size());
  auto origin = base.origin();
  if (base.host == kUsHost) origin = "https://events.pagerduty.com";
  if (base.host == kEuHost) origin = "https://events.eu.pagerduty.com";
  return {.url = origin + std::string(path), .with_credential = false};
}

// https://developer.pagerduty.com/docs/rest-api-v2/errors/
std::string advice(int status, const json::Value& body) {
  auto const code = json::find_int(body, "error.code").value_or(0);
  if (status == 402) {
    return "The account's plan lacks this; pagerduty_get_current_user shows what it can do.";
  }
  switch (code) {
    case 1001: return "It is resolved already.";
    case 1002: return "It is acknowledged already.";
    case 1012:
    case 1013: return "Only open incidents can be snoozed, for a second up to 7 days.";
    case 1019: return "It was merged into another incident; use that one.";
    case 2006: return "The key is wrong or was revoked; ask the operator to renew it.";
    case 2018: return "The key's user has lost access to the account; ask the operator.";
    default: break;
  }
  auto const* error = json::find(body, "error");
  auto const text = error == nullptr ? std::string() : json::to_text(*error);
  if (status == 400 && text.find("ffset") != text.npos) {
    return "PagerDuty answers only the first 10000 of a list; narrow it, for example by time.";
  }
  if (status == 400 && text.find("ime range") != text.npos) {
    return "Ask for a shorter time; pagerduty_list_incidents takes date_range: all, too.";
  }
  return "";
}

}  // namespace

// Limits: https://developer.pagerduty.com/docs/72d3b724589e3-rest-api-rate-limits
// Headers: https://developer.pagerduty.com/docs/rest-api-v2/versioning/
constexpr connector::Connector connector{
    .name = "pagerduty",
    .title = "PagerDuty",
    .default_url = "https://api.pagerduty.com",
    .auth = kAuth,
    .accept = "application/vnd.pagerduty+json;version=2",
    .toolsets = kToolsets,
    .tables = kTables,
    .error_paths = "error.message +error.errors message +errors error_description error",
    .request_id_header = "X-Request-Id",
    .reset_header = "ratelimit-reset",
    .requests_per_minute = 960,
    .foreign_authors = "PagerDuty users and monitoring",
    .check_settings = check_settings,
    .place = place,
    .decorate = add_from,
    .resolve = resolve_references,
    .advice = advice,
};

}  // namespace davit::connectors::pagerduty
