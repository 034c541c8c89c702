// Events API v2: alerts and changes as a monitoring system sends them. The routing key is read from
// the service's integration for each event, and is neither an argument nor part of an answer.
// https://developer.pagerduty.com/docs/events-api-v2/overview/

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Str kEventsType = "events_api_v2_inbound_integration";
constexpr std::size_t kLongestSummary = 1024;
constexpr std::size_t kLongestDedupKey = 255;

bool takes_events(const json::Value& integration) {
  auto const type = json::find_string(integration, "type").value_or("");
  auto const key = json::find_string(integration, "integration_key").value_or("");
  return !key.empty() && type.starts_with(kEventsType);
}

bool is_called(const json::Value& integration, Str name) {
  for (auto const path : {"name", "summary", "id"}) {
    if (iequals(json::find_string(integration, path).value_or(""), name)) return true;
  }
  return false;
}

// The key of the integration with that name, or of the only one that takes events.
Result<std::string> key_in(const json::Value& service, Str wanted) {
  std::vector<const json::Value*> fitting;
  std::string names;
  auto const* all = json::find_array(service, "service.integrations");
  for (auto const& one : all == nullptr ? json::Array() : *all) {
    if (!takes_events(one)) continue;
    auto const name = json::find_string(one, "name")
                          .value_or(json::find_string(one, "summary").value_or("(no name)"));
    names += (names.empty() ? "" : ", ") + shortened(without_invisible(name), 80);
    if (wanted.empty() || is_called(one, wanted)) fitting.push_back(&one);
  }
  if (fitting.size() == 1) {
    return std::string(json::find_string(*fitting.front(), "integration_key").value_or(""));
  }
  if (names.empty()) {
    return Error(
        ErrorKind::invalid_input,
        "the service has no Events API v2 integration, or the token may not see its key"
    );
  }
  return Error(ErrorKind::invalid_input, fmt::format("integration must be one of {}", names));
}

Async<std::string> routing_key(Invocation call) {
  auto const wanted = std::string(call.text("integration"));
  // Not cached: a key stays in memory no longer than it is needed.
  DAVIT_CO_TRY(auto const service, co_await call.get("/services/{service}?include[]=integrations"));
  co_return key_in(service, wanted);
}

void add_links(const Invocation& call, json::Object& event) {
  json::Array links;
  for (auto const link : call.list("links")) links.push_back(json::Object{{"href", link}});
  if (!links.empty()) event["links"] = std::move(links);
}

json::Object payload_of(const Invocation& call) {
  json::Object payload;
  for (auto const key : {"summary", "source", "severity", "component", "group", "class"}) {
    if (call.has(key)) payload[key] = call.text(key);
  }
  if (auto const* details = call.arguments().if_contains("details")) {
    payload["custom_details"] = *details;
  }
  return payload;
}

Async<json::Value> post_event(Invocation call, Str path, json::Object event, bool repeatable) {
  json::Value const body = std::move(event);
  auto request = make_request(http::Method::post, std::string(path), body);
  request.is_repeatable = repeatable;
  DAVIT_CO_TRY(auto const answer, co_await call.exchange(std::move(request)));
  auto const said = json::parse(answer.body).value_or(json::Value());
  if (!json::find_string(said, "status")) co_return answered_without("whether it took the event");
  json::Object out{{"service", call.text("service")}};
  for (auto const key : {"status", "dedup_key"}) {
    if (auto const text = json::find_string(said, key)) {
      out[key] = shortened(without_invisible(*text), 300);
    }
  }
  co_return out;
}

Async<json::Value> send_event(Invocation call) {
  DAVIT_CO_TRY(auto const key, co_await routing_key(call));
  json::Object event{{"routing_key", key}, {"event_action", call.text("action")}};
  if (call.has("dedup_key")) event["dedup_key"] = call.text("dedup_key");
  if (call.text("action") == "trigger") {
    event["payload"] = payload_of(call);
    add_links(call, event);
  }
  // With the same key PagerDuty makes one alert of both.
  auto const repeatable = call.has("dedup_key");
  co_return co_await post_event(call, "events:/v2/enqueue", std::move(event), repeatable);
}

Async<json::Value> send_change_event(Invocation call) {
  DAVIT_CO_TRY(auto const key, co_await routing_key(call));
  json::Object event{{"routing_key", key}, {"payload", payload_of(call)}};
  add_links(call, event);
  co_return co_await post_event(call, "events:/v2/change/enqueue", std::move(event), false);
}

Result<> check_event(const json::Object& arguments) {
  auto const wrong = [](Str text) { return Error(ErrorKind::invalid_input, std::string(text)); };
  auto const dedup_key = text_of(arguments, "dedup_key");
  if (text_of(arguments, "action") != "trigger") {
    if (dedup_key.empty()) return wrong("dedup_key is needed to acknowledge or resolve an alert");
  } else if (text_of(arguments, "summary").empty() || text_of(arguments, "source").empty()) {
    return wrong("summary and source are needed to trigger an alert");
  }
  if (dedup_key.size() > kLongestDedupKey) return wrong("dedup_key: at most 255 characters");
  if (text_of(arguments, "summary").size() > kLongestSummary) {
    return wrong("summary: at most 1024 characters");
  }
  return {};
}

constexpr Param kService{
    .name = "service",
    .description = "Name or id.",
    .in = In::path,
    .required = true,
    .lookup = &kServiceLookup,
};
constexpr Param kIntegration{
    .name = "integration",
    .description = "Needed when the service has several.",
    .in = In::none,
};
constexpr Param kDetails{
    .name = "details", .description = "Names and values.", .in = In::none, .kind = Kind::object
};
constexpr Param kLinks{
    .name = "links",
    .description = "Web addresses.",
    .in = In::none,
    .kind = Kind::string_list,
};

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_send_event",
        .title = "Send event",
        .description =
            "Trigger, acknowledge or resolve an alert as monitoring does. May page people.",
        .toolset = "events",
        .effect = Effect::destroy,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::post, .path = "events:/v2/enqueue"},
        .params =
            {
                kService,
                kIntegration,
                {.name = "action",
                 .in = In::none,
                 .choices = "trigger|acknowledge|resolve",
                 .fallback = "trigger"},
                {.name = "dedup_key",
                 .description = "Names the alert; sending it again does not make another.",
                 .in = In::none},
                {.name = "summary", .in = In::none},
                {.name = "source",
                 .description = "What is affected, such as a host.",
                 .in = In::none},
                {.name = "severity",
                 .in = In::none,
                 .choices = "critical|error|warning|info",
                 .fallback = "error"},
                {.name = "component", .in = In::none},
                {.name = "group", .in = In::none},
                {.name = "class", .in = In::none},
                kDetails,
                kLinks,
            },
        .source = "https://developer.pagerduty.com/docs/events-api-v2/trigger-events/",
        .check = check_event,
        .run = send_event,
    },
    {
        .name = "pagerduty_send_change_event",
        .title = "Send change event",
        .description = "Record a deployment or another change of a service. Pages nobody.",
        .toolset = "events",
        .effect = Effect::write,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::post, .path = "events:/v2/change/enqueue"},
        .params =
            {
                kService,
                kIntegration,
                {.name = "summary", .in = In::none, .required = true},
                {.name = "source", .in = In::none},
                kDetails,
                kLinks,
            },
        .source = "https://developer.pagerduty.com/api-reference/"
                  "b3A6Mjc0ODI2Ng-send-change-events-to-the-pager-duty-events-api",
        .run = send_change_event,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> event_tools = kTools;

}  // namespace davit::connectors::pagerduty
