#include "sandbox/pagerduty/oncall.h"

#include <algorithm>

namespace davit::sandbox::pagerduty {
namespace {

using std::chrono::days;
using std::chrono::seconds;

// The hours of each day within the turn, when there are such.
void add_turn(std::vector<Shift>& shifts, const Layer& layer, const Shift& turn) {
  if (layer.hours == seconds::zero()) {
    shifts.push_back(turn);
    return;
  }
  for (auto day = std::chrono::floor<days>(turn.start); Time(day) < turn.end; day += days(1)) {
    auto const start = std::max(Time(day + layer.from_of_day), turn.start);
    auto const end = std::min(Time(day + layer.from_of_day + layer.hours), turn.end);
    if (start < end) shifts.push_back({start, end, turn.user});
  }
}

void add_joined(std::vector<Shift>& shifts, Shift shift) {
  if (shift.start >= shift.end) return;
  if (!shifts.empty() && shifts.back().user == shift.user && shifts.back().end == shift.start) {
    shifts.back().end = shift.end;
    return;
  }
  shifts.push_back(std::move(shift));
}

std::vector<Shift> lay_over(const std::vector<Shift>& below, const Shift& above) {
  std::vector<Shift> pieces{above};
  for (auto const& shift : below) {
    pieces.push_back({shift.start, std::min(shift.end, above.start), shift.user});
    pieces.push_back({std::max(shift.start, above.end), shift.end, shift.user});
  }
  std::ranges::sort(pieces, {}, &Shift::start);
  std::vector<Shift> result;
  for (auto& piece : pieces) add_joined(result, std::move(piece));
  return result;
}

}  // namespace

std::vector<Shift> layer_shifts(const Layer& layer, Time since, Time until) {
  std::vector<Shift> shifts;
  if (layer.users.empty() || until < layer.start) return shifts;
  auto turn = since <= layer.start ? 0 : (since - layer.start) / layer.turn;
  for (;; ++turn) {
    auto const start = layer.start + turn * layer.turn;
    if (start > until) break;
    auto const user = static_cast<std::size_t>(turn) % layer.users.size();
    add_turn(shifts, layer, {start, start + layer.turn, layer.users[user]});
  }
  std::erase_if(shifts, [&](auto const& one) { return one.end <= since || one.start > until; });
  return shifts;
}

std::vector<Shift> final_shifts(const Schedule& schedule, Time since, Time until) {
  auto shifts = layer_shifts(schedule.layer, since, until);
  for (auto const& one : schedule.overrides) {
    if (one.end <= since || one.start > until) continue;
    shifts = lay_over(shifts, {one.start, one.end, one.user});
  }
  std::erase_if(shifts, [&](auto const& one) { return one.end <= since || one.start > until; });
  return shifts;
}

std::vector<Shift> cut(std::vector<Shift> shifts, Time since, Time until) {
  for (auto& shift : shifts) {
    shift.start = std::max(shift.start, since);
    shift.end = std::min(shift.end, until);
  }
  std::erase_if(shifts, [](auto const& one) { return one.start >= one.end; });
  return shifts;
}

std::string on_call(const Store& store, const Policy& policy, int level, Time at) {
  if (level < 1 || static_cast<std::size_t>(level) > policy.rules.size()) return {};
  auto const& rule = policy.rules[static_cast<std::size_t>(level) - 1];
  if (!rule.user.empty()) return rule.user;
  auto const* schedule = find(store.schedules, rule.schedule);
  if (schedule == nullptr) return {};
  auto const shifts = final_shifts(*schedule, at, at);
  return shifts.empty() ? std::string() : shifts.front().user;
}

}  // namespace davit::sandbox::pagerduty
