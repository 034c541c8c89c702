// Analytics: aggregated metrics of incidents.
#include <map>

#include <fmt/format.h>

#include "sandbox/pagerduty/answers.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;
using std::chrono::days;

// "The maximum supported time range ... is one year."
constexpr days kLongestRange{366};

struct Filter {
  Time since{};
  Time until{};
  std::string urgency;
  std::vector<std::string> services;
  std::vector<std::string> teams;
  std::vector<std::string> priorities;
  std::vector<std::string> priority_names;
  std::optional<bool> is_major;
};

struct Group {
  std::string service;
  std::string team;
  Time bucket{};  // epoch without aggregate_unit

  auto operator<=>(const Group&) const = default;
};

struct Sums {
  std::int64_t count = 0;
  std::int64_t acknowledged = 0;
  std::int64_t to_ack = 0;
  std::int64_t resolved = 0;
  std::int64_t to_resolve = 0;
  std::int64_t business = 0;
  std::int64_t off = 0;
  std::int64_t sleep = 0;
};

std::vector<std::string> texts(const json::Value& body, std::string_view path) {
  std::vector<std::string> all;
  auto const* given = json::find_array(body, path);
  if (given == nullptr) return all;
  for (auto const& one : *given) {
    if (one.is_string()) all.emplace_back(json::view(one.get_string()));
  }
  return all;
}

Or<Filter> filter_of(const Call& call) {
  Filter filter;
  auto const since = body_text(call.body, "filters.created_at_start");
  auto const until = body_text(call.body, "filters.created_at_end");
  auto const to = until.empty() ? std::optional(call.now) : parse_time(until);
  if (!to) return invalid("created_at_end is not a valid date");
  auto const from = since.empty() ? std::optional(*to - days(30)) : parse_time(since);
  if (!from) return invalid("created_at_start is not a valid date");
  if (*from >= *to) return invalid("created_at_start must be before created_at_end");
  if (*to - *from > kLongestRange) return invalid("Time range must be one year or less");
  filter.since = *from;
  filter.until = *to;
  filter.urgency = body_text(call.body, "filters.urgency");
  filter.services = texts(call.body, "filters.service_ids");
  filter.teams = texts(call.body, "filters.team_ids");
  filter.priorities = texts(call.body, "filters.priority_ids");
  filter.priority_names = texts(call.body, "filters.priority_names");
  filter.is_major = json::find_bool(call.body, "filters.major");
  return filter;
}

bool counts(const World& world, const Filter& filter, const Incident& incident) {
  auto const* priority = find(world.store.priorities, incident.priority);
  auto const* service = find(world.store.services, incident.service);
  auto const is_major = incident.priority == "PRIO0P1";
  return incident.created >= filter.since && incident.created < filter.until &&
         (filter.urgency.empty() || incident.urgency == filter.urgency) &&
         fits(filter.services, incident.service) && fits_any(filter.teams, service->teams) &&
         fits(filter.priorities, incident.priority) &&
         fits(filter.priority_names, priority == nullptr ? "" : priority->name) &&
         filter.is_major.value_or(is_major) == is_major;
}

Time bucket_of(Time time, std::string_view unit) {
  auto const day = std::chrono::floor<days>(time);
  if (unit == "day") return day;
  if (unit == "week") return day - (std::chrono::weekday(day) - std::chrono::Monday);
  if (unit == "month") {
    std::chrono::year_month_day const date(day);
    return std::chrono::sys_days(date.year() / date.month() / 1);
  }
  return Time{};
}

std::int64_t seconds(Time::duration span) {
  return std::chrono::floor<std::chrono::seconds>(span).count();
}

void add(Sums& sums, const World& world, const Incident& incident) {
  ++sums.count;
  for (auto const& entry : world.store.log_entries) {
    if (entry.incident != incident.id || entry.type != "acknowledge") continue;
    ++sums.acknowledged;
    sums.to_ack += seconds(entry.created - incident.created);
    break;
  }
  if (incident.resolved) {
    ++sums.resolved;
    sums.to_resolve += seconds(*incident.resolved - incident.created);
  }
  // Working hours are 8 to 18, sleep is from 22 to 8, in UTC.
  auto const hour =
      (incident.created - std::chrono::floor<days>(incident.created)) / std::chrono::hours(1);
  auto& hours = hour >= 8 && hour < 18    ? sums.business
                : hour >= 18 && hour < 22 ? sums.off
                                          : sums.sleep;
  ++hours;
}

json::Value mean(std::int64_t sum, std::int64_t count) {
  if (count == 0) return nullptr;
  return sum / count;
}

json::Object show(const World& world, const Group& group, const Sums& sums) {
  json::Object row{
      {"mean_seconds_to_first_ack", mean(sums.to_ack, sums.acknowledged)},
      {"mean_seconds_to_resolve", mean(sums.to_resolve, sums.resolved)},
      {"mean_seconds_to_engage", mean(sums.to_ack, sums.acknowledged)},
      {"mean_seconds_to_mobilize", mean(sums.to_ack * 2, sums.acknowledged)},
      {"mean_engaged_seconds", mean(sums.to_resolve, sums.resolved)},
      {"mean_engaged_user_count", 1},
      {"mean_assignment_count", 1},
      {"total_engaged_seconds", sums.to_resolve},
      {"total_incident_count", sums.count},
      {"total_incidents_acknowledged", sums.acknowledged},
      {"total_escalation_count", 0},
      {"total_interruptions", sums.count},
      {"total_notifications", sums.count},
      {"total_business_hour_interruptions", sums.business},
      {"total_off_hour_interruptions", sums.off},
      {"total_sleep_hour_interruptions", sums.sleep},
      {"total_snoozed_seconds", 0}
  };
  if (group.bucket != Time{}) row["range_start"] = to_text(group.bucket).substr(0, 19);
  if (auto const* service = find(world.store.services, group.service)) {
    row["service_id"] = service->id;
    row["service_name"] = service->name;
    row["up_time_pct"] = 100.0 - static_cast<double>(sums.to_resolve) / (86400 * 30) * 100;
  }
  if (auto const* team = find(world.store.teams, group.team)) {
    row["team_id"] = team->id;
    row["team_name"] = team->name;
  }
  return row;
}

http::Response metrics(const World& world, const Call& call, std::string_view by) {
  DAVIT_TRY(auto const filter, filter_of(call));
  auto const unit = body_text(call.body, "aggregate_unit");
  if (!unit.empty() && unit != "day" && unit != "week" && unit != "month") {
    return invalid("aggregate_unit must be day, week or month");
  }
  std::map<Group, Sums> groups;
  if (by.empty() && unit.empty()) groups[Group{}];  // one row even of nothing
  for (auto const& incident : world.store.incidents) {
    if (!counts(world, filter, incident)) continue;
    Group group;
    group.bucket = bucket_of(incident.created, unit);
    auto const& teams = find(world.store.services, incident.service)->teams;
    if (by == "services") group.service = incident.service;
    if (!by.empty() && !teams.empty()) group.team = teams.front();
    add(groups[group], world, incident);
  }
  json::Array data;
  for (auto const& [group, sums] : groups) data.push_back(show(world, group, sums));
  auto const* filters = json::find_object(call.body, "filters");
  return json_answer(json::Object{
      {"data", std::move(data)},
      {"aggregate_unit", unit.empty() ? json::Value(nullptr) : json::Value(json::String(unit))},
      {"filters", filters == nullptr ? json::Object() : *filters},
      {"time_zone", "Etc/UTC"}
  });
}

http::Response of_all(World& world, Call& call) { return metrics(world, call, ""); }
http::Response of_services(World& world, Call& call) { return metrics(world, call, "services"); }
http::Response of_teams(World& world, Call& call) { return metrics(world, call, "teams"); }

constexpr Route<World> kRoutes[] = {
    {post, "/analytics/metrics/incidents/all", of_all},
    {post, "/analytics/metrics/incidents/services", of_services},
    {post, "/analytics/metrics/incidents/teams", of_teams},
};

}  // namespace

Routes analytics_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty
