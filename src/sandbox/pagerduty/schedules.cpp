// Schedules, rendered, and their overrides.
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/oncall.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

// "Get a schedule", "since": two weeks from now without dates; the range has a limit of 3 months.
constexpr std::chrono::days kDefaultRange{14};
constexpr std::chrono::days kLongestRange{92};

json::Object outline(const World& world, const Schedule& schedule) {
  auto shown = reference(world, "schedule", schedule.id).as_object();
  shown["type"] = "schedule";
  shown["name"] = schedule.name;
  shown["description"] = schedule.description;
  shown["time_zone"] = "Etc/UTC";
  json::Array policies;
  for (auto const& policy : world.store.policies) {
    for (auto const& rule : policy.rules) {
      if (rule.schedule != schedule.id) continue;
      policies.push_back(reference(world, "escalation_policy", policy.id));
    }
  }
  shown["escalation_policies"] = std::move(policies);
  shown["users"] = references(world, "user", schedule.layer.users);
  shown["teams"] = references(world, "team", {schedule.team});
  return shown;
}

json::Object render(
    const World& world, std::string_view name, std::vector<Shift> shifts, Time since, Time until
) {
  shifts = cut(std::move(shifts), since, until);
  json::Array entries;
  Time::duration covered{};
  for (auto const& shift : shifts) {
    covered += shift.end - shift.start;
    entries.push_back(json::Object{
        {"start", stamp(shift.start)},
        {"end", stamp(shift.end)},
        {"user", reference(world, "user", shift.user)}
    });
  }
  auto const all = static_cast<double>((until - since).count());
  auto const part = all > 0 ? 100.0 * static_cast<double>(covered.count()) / all : 0.0;
  return {
      {"name", name},
      {"rendered_schedule_entries", std::move(entries)},
      {"rendered_coverage_percentage", std::round(part * 10) / 10}
  };
}

json::Array restrictions(const Layer& layer) {
  if (layer.hours == layer.hours.zero()) return {};
  return json::Array{json::Object{
      {"type", "daily_restriction"},
      {"start_time_of_day", fmt::format("{:02}:00:00", layer.from_of_day.count() / 3600)},
      {"duration_seconds", layer.hours.count()}
  }};
}

json::Object show_layer(const World& world, const Layer& layer, Time since, Time until) {
  auto shown = render(world, "Layer 1", layer_shifts(layer, since, until), since, until);
  shown["id"] = layer.id;
  shown["start"] = stamp(layer.start);
  shown["end"] = nullptr;
  shown["rotation_virtual_start"] = stamp(layer.start);
  shown["rotation_turn_length_seconds"] = layer.turn.count();
  json::Array users;
  for (auto const& id : layer.users) {
    users.push_back(json::Object{{"user", reference(world, "user", id)}});
  }
  shown["users"] = std::move(users);
  shown["restrictions"] = restrictions(layer);
  return shown;
}

Or<Schedule*> schedule_of(World& world, const Call& call) {
  auto* schedule = find(world.store.schedules, call.arg("id"));
  if (schedule == nullptr) return not_found();
  return schedule;
}

struct Range {
  Time since{};
  Time until{};
};

Or<Range> range_of(const Call& call) {
  DAVIT_TRY(auto const since, time_param(call, "since"));
  DAVIT_TRY(auto const until, time_param(call, "until"));
  auto const from = since.value_or(until ? *until - kDefaultRange : call.now);
  auto const to = until.value_or(from + kDefaultRange);
  if (from >= to) return invalid("until must be after since");
  if (to - from > kLongestRange) return invalid("Time range must be less than 3 months");
  return Range{from, to};
}

http::Response list(World& world, Call& call) {
  std::vector<const Schedule*> rows;
  for (auto const& schedule : world.store.schedules) {
    if (matches_query(call, schedule.name)) rows.push_back(&schedule);
  }
  return paged(call, "schedules", rows, [&](auto const& row) { return outline(world, row); });
}

http::Response one(World& world, Call& call) {
  DAVIT_TRY(auto const* const schedule, schedule_of(world, call));
  DAVIT_TRY(auto const range, range_of(call));
  auto const [since, until] = range;
  std::vector<Shift> overrides;
  for (auto const& one : schedule->overrides) {
    overrides.push_back({one.start, one.end, one.user});
  }
  json::Array layers;
  layers.push_back(show_layer(world, schedule->layer, since, until));
  auto shown = outline(world, *schedule);
  shown["schedule_layers"] = std::move(layers);
  shown["overrides_subschedule"] = render(world, "Overrides", std::move(overrides), since, until);
  shown["final_schedule"] =
      render(world, "Final Schedule", final_shifts(*schedule, since, until), since, until);
  return json_answer(json::Object{{"schedule", std::move(shown)}});
}

http::Response users(World& world, Call& call) {
  DAVIT_TRY(auto const* const schedule, schedule_of(world, call));
  DAVIT_TRY(auto const range, range_of(call));
  std::set<std::string> seen;
  json::Array shown;
  for (auto const& shift : final_shifts(*schedule, range.since, range.until)) {
    if (!seen.insert(shift.user).second) continue;
    shown.push_back(show_user(world, *find(world.store.users, shift.user)));
  }
  return json_answer(json::Object{{"users", std::move(shown)}});
}

json::Object show_override(const World& world, const Override& one) {
  return {
      {"id", one.id},
      {"start", stamp(one.start)},
      {"end", stamp(one.end)},
      {"user", reference(world, "user", one.user)}
  };
}

http::Response list_overrides(World& world, Call& call) {
  DAVIT_TRY(auto const* const schedule, schedule_of(world, call));
  DAVIT_TRY(auto const range, range_of(call));
  json::Array shown;
  for (auto const& one : schedule->overrides) {
    if (one.end <= range.since || one.start >= range.until) continue;
    shown.push_back(show_override(world, one));
  }
  return json_answer(json::Object{{"overrides", std::move(shown)}});
}

// What is wrong with one, with the words of the document's example where it has them.
std::string fault_of(const World& world, const json::Value& given, Time now) {
  auto const start = parse_time(body_text(given, "start"));
  auto const end = parse_time(body_text(given, "end"));
  if (!start || !end) return "Override must have a start and an end";
  if (*start >= *end) return "Override must end after its start";
  if (*end <= now) return "Override must end in the future";
  if (find(world.store.users, body_text(given, "user.id")) == nullptr) return "User not found";
  return {};
}

// 201 even when some were refused: each has a status of its own.
http::Response create_overrides(World& world, Call& call) {
  DAVIT_TRY(auto* const schedule, schedule_of(world, call));
  auto const* given = json::find_array(call.body, "overrides");
  if (given == nullptr || given->empty()) return invalid("Overrides is missing");
  json::Array shown;
  for (auto const& one : *given) {
    auto const fault = fault_of(world, one, call.now);
    if (!fault.empty()) {
      shown.push_back(
          json::Object{{"status", 400}, {"errors", json::Array{fault}}, {"override", one}}
      );
      continue;
    }
    schedule->overrides.push_back(
        {world.store.new_id("Q"),
         *parse_time(body_text(one, "start")),
         *parse_time(body_text(one, "end")),
         body_text(one, "user.id")}
    );
    shown.push_back(json::Object{
        {"status", 201}, {"override", show_override(world, schedule->overrides.back())}
    });
  }
  return json_answer(shown, 201);
}

http::Response delete_override(World& world, Call& call) {
  DAVIT_TRY(auto* const schedule, schedule_of(world, call));
  auto const* one = find(schedule->overrides, call.arg("override"));
  if (one == nullptr) return not_found();
  schedule->overrides.erase(schedule->overrides.begin() + (one - schedule->overrides.data()));
  return no_content();
}

constexpr Route<World> kRoutes[] = {
    {get, "/schedules", list},
    {get, "/schedules/:id", one},
    {get, "/schedules/:id/users", users},
    {get, "/schedules/:id/overrides", list_overrides},
    {post, "/schedules/:id/overrides", create_overrides},
    {del, "/schedules/:id/overrides/:override", delete_override},
};

}  // namespace

Routes schedule_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty
