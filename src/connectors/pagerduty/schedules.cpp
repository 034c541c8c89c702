#include "connectors/pagerduty/schedules.h"

#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/shifts.h"
#include "connectors/pagerduty/tables.h"
#include "connectors/pagerduty/times.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Keep kSchedule =
    "id name~200 time_zone description~300 teams=teams.summary~100 "
    "policies=escalation_policies.summary~100 url=html_url";
constexpr Keep kLayer =
    "name~100 users=users.user.summary~100 turn_s=rotation_turn_length_seconds "
    "restrictions{type start=start_time_of_day duration_s=duration_seconds start_day=start_day_of_"
    "week}";

Result<Span> window_of(const Invocation& call, Str start_name, Str end_name) {
  auto const start = read_time(call.text(start_name));
  auto const end = read_time(call.text(end_name));
  if (!start || !end || *end <= *start) {
    return Error(
        ErrorKind::invalid_input, fmt::format("{} must be after {}", end_name, start_name)
    );
  }
  return Span{*start, *end};
}

json::Array layers_of(const json::Value& schedule) {
  auto const* layers = json::find(schedule, "schedule_layers");
  if (layers == nullptr) return {};
  auto kept = Projection(kLayer).apply(*layers, {});
  return kept.is_array() ? std::move(kept.get_array()) : json::Array();
}

Result<const json::Value*> schedule_in(const json::Value& answer) {
  auto const* schedule = json::find(answer, "schedule");
  if (schedule != nullptr) return schedule;
  return Error(ErrorKind::protocol, "PagerDuty answered without the schedule");
}

json::Object override_body(const Span& span, Str user) {
  return {
      {"overrides",
       json::Array{json::Object{
           {"start", to_rfc3339(span.start)},
           {"end", to_rfc3339(span.end)},
           {"user", json::Object{{"id", user}, {"type", "user_reference"}}},
       }}}
  };
}

// Which end of an override was stored as another time than the one that was asked for.
json::Array moved_times(const json::Value& row, const Span& asked) {
  json::Array moved;
  auto const start = from_rfc3339(json::find_string(row, "override.start").value_or(""));
  auto const end = from_rfc3339(json::find_string(row, "override.end").value_or(""));
  if (start && *start != asked.start) moved.emplace_back("start");
  if (end && *end != asked.end) moved.emplace_back("end");
  return moved;
}

std::string errors_of(const json::Value& row) {
  auto const* errors = json::find(row, "errors");
  return errors == nullptr ? std::string()
                           : shortened(without_invisible(json::to_text(*errors)), 300);
}

}  // namespace

Async<json::Value> get_schedule(Invocation call) {
  DAVIT_CO_TRY(auto const window, window_of(call, "since", "until"));
  make_whole(call.arguments(), {"since", "until"});
  DAVIT_CO_TRY(auto const answer, co_await call.perform());
  DAVIT_CO_TRY(auto const* schedule, schedule_in(answer));
  auto out = Projection(kSchedule).apply(*schedule, {}).as_object();
  auto const shifts = shifts_of(json::find(*schedule, "final_schedule.rendered_schedule_entries"));
  auto const gaps = gaps_of(shifts, window);
  out["since"] = call.text("since");
  out["until"] = call.text("until");
  out["coverage_percent"] = coverage_percent(gaps, window);
  if (!gaps.empty()) out["gaps"] = show(gaps);
  auto const overrides =
      shifts_of(json::find(*schedule, "overrides_subschedule.rendered_schedule_entries"));
  if (!overrides.empty()) out["overrides"] = show(overrides);
  if (call.flag("layers")) out["layers"] = layers_of(*schedule);
  out["shifts"] = show(shifts);
  co_return out;
}

// Who is replaced is read before, because afterwards only the override shows.
Async<json::Value> create_schedule_override(Invocation call) {
  DAVIT_CO_TRY(auto const window, window_of(call, "start", "end"));
  make_whole(call.arguments(), {"start", "end"});
  DAVIT_CO_TRY(
      auto const before, co_await call.get("/schedules/{schedule}?since={start}&until={end}")
  );
  DAVIT_CO_TRY(auto const* schedule, schedule_in(before));
  auto const shifts = shifts_of(json::find(*schedule, "final_schedule.rendered_schedule_entries"));
  json::Object out{
      {"schedule", shortened(std::string(json::find_string(*schedule, "summary").value_or("")), 200)
      },
      {"replaces", show(within(shifts, window))},
  };
  if (call.flag("dry_run")) {
    out["dry_run"] = "nothing was changed";
    co_return out;
  }
  json::Value const body = override_body(window, call.text("user"));
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.request(http::Method::post, "/schedules/{schedule}/overrides", body)
  );
  // One status for each, whatever the status of the whole is.
  auto const* row = json::find(answer, "0");
  auto const status = row == nullptr ? std::nullopt : json::find_int(*row, "status");
  if (!status) co_return answered_without("the override");
  if (*status != 201) {
    auto const text = fmt::format("PagerDuty did not make the override: {}", errors_of(*row));
    co_return Error(ErrorKind::invalid_input, text);
  }
  auto const made = Projection(
                        "id=override.id user=override.user.summary~100 "
                        "start=override.start end=override.end"
  )
                        .apply(*row, {});
  for (auto const& field : made.as_object()) out[field.key()] = field.value();
  auto moved = moved_times(*row, window);
  if (!moved.empty()) out["not_as_asked"] = std::move(moved);
  co_return out;
}

}  // namespace davit::connectors::pagerduty
