#include <cmath>

#include <fmt/format.h>

#include "connector/projection.h"
#include "connectors/pagerduty/tables.h"
#include "connectors/pagerduty/times.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Keep kMetrics =
    "from=range_start service_id service_name~100 team_id team_name~100 "
    "incidents=total_incident_count mean_seconds_to_first_ack mean_seconds_to_engage "
    "mean_seconds_to_mobilize mean_seconds_to_resolve interruptions=total_interruptions "
    "business_hour_interruptions=total_business_hour_interruptions "
    "off_hour_interruptions=total_off_hour_interruptions "
    "sleep_hour_interruptions=total_sleep_hour_interruptions escalations=total_escalation_count "
    "up_time_pct";

json::Array texts(const std::vector<Str>& list) {
  json::Array out;
  for (auto const text : list) out.emplace_back(text);
  return out;
}

json::Object filters_of(const Invocation& call) {
  json::Object filters{
      {"created_at_start", call.text("since")}, {"created_at_end", call.text("until")}
  };
  struct {
    Str argument;
    Str field;
  } constexpr kLists[] = {
      {"service", "service_ids"}, {"team", "team_ids"}, {"priority", "priority_ids"}
  };
  for (auto const& [argument, field] : kLists) {
    if (call.has(argument)) filters[field] = texts(call.list(argument));
  }
  if (call.has("urgency")) filters["urgency"] = call.text("urgency");
  if (call.has("major")) filters["major"] = call.flag("major");
  return filters;
}

// To a thousandth of a percent: a minute of a month is two of them.
json::Value with_short_numbers(json::Value rows) {
  auto* const list = rows.if_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    auto* const row = (*list)[i].if_object();
    auto* const value = row == nullptr ? nullptr : row->if_contains("up_time_pct");
    if (value != nullptr && value->is_double()) {
      *value = std::round(value->get_double() * 1000) / 1000;
    }
  }
  return rows;
}

// A POST that only reads, so it may be sent again.
Async<json::Value> get_incident_metrics(Invocation call) {
  make_whole(call.arguments(), {"since", "until"});
  auto const group = call.text("group_by");
  Str const path = group == "service" ? "services" : group == "team" ? "teams" : "all";
  json::Object body{{"filters", filters_of(call)}};
  if (call.has("unit")) body["aggregate_unit"] = call.text("unit");
  if (call.has("time_zone")) body["time_zone"] = call.text("time_zone");
  auto const target = fmt::format("/analytics/metrics/incidents/{}", path);
  json::Value const wanted = std::move(body);
  DAVIT_CO_TRY(auto const answer, co_await call.request(http::Method::post, target, wanted));
  json::Object out{{"since", call.text("since")}, {"until", call.text("until")}};
  out["note"] = "PagerDuty updates these numbers within a day";
  auto const* rows = json::find(answer, "data");
  if (rows == nullptr) {
    out["metrics"] = json::Array();
  } else {
    out["metrics"] = with_short_numbers(Projection(kMetrics).apply(*rows, {}));
  }
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_get_incident_metrics",
        .title = "Get incident metrics",
        .description = "How many incidents, how fast acknowledged and resolved, whom they "
                       "interrupted.",
        .toolset = "analytics",
        .idempotent = true,
        .call =
            {.method = http::Method::post,
             .path = "/analytics/metrics/incidents/all"
                     "|/analytics/metrics/incidents/services"
                     "|/analytics/metrics/incidents/teams"},
        .params =
            {
                {.name = "group_by",
                 .in = In::none,
                 .choices = "all|service|team",
                 .fallback = "all"},
                {.name = "since", .in = In::none, .kind = Kind::timestamp, .fallback = "now-30d"},
                {.name = "until", .in = In::none, .kind = Kind::timestamp, .fallback = "now"},
                {.name = "service",
                 .description = "Names or ids.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .lookup = &kServiceLookup},
                {.name = "team",
                 .description = "Names or ids.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .lookup = &kTeamLookup},
                {.name = "priority",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .lookup = &kPriorityLookup},
                {.name = "urgency", .in = In::none, .choices = "high|low"},
                {.name = "major", .in = In::none, .kind = Kind::boolean},
                {.name = "unit",
                 .description = "One row for each.",
                 .in = In::none,
                 .choices = "day|week|month"},
                {.name = "time_zone", .description = "IANA name.", .in = In::none},
            },
        .foreign = "metrics.service_name metrics.team_name",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1analytics~1metrics~1incidents~1all/post",
        .run = get_incident_metrics,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> analytics_tools = kTools;

}  // namespace davit::connectors::pagerduty
