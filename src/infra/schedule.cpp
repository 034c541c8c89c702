#include "infra/schedule.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "manifest/formats.h"

namespace davit::infra {
namespace {

using manifest::Hours;

constexpr std::size_t kDays = 7;
constexpr int kMidnight = 24 * 60;  // at the end of a day
constexpr std::array<std::string_view, kDays> kNames{
    "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"
};

using Week = std::array<std::optional<Hours>, kDays>;

// Days without a word about them: all of the day when only weekends have hours, and none of it when
// only weekdays have.
Week week_of(const manifest::Scaling& scaling) {
  auto const weekdays = scaling.weekdays.empty() ? Hours{.from = 0, .to = kMidnight}
                                                 : manifest::parse_hours(scaling.weekdays);
  auto const weekends = manifest::parse_hours(scaling.weekends);
  return {weekdays, weekdays, weekdays, weekdays, weekdays, weekends, weekends};
}

enum class Change { up, down };

// The days on which something changes, by the minute of the day.
using Changes = std::map<std::pair<Change, int>, std::string>;

Changes changes_of(const Week& week) {
  Changes changes;
  auto const add = [&changes](Change change, int minute, std::size_t day) {
    auto& days = changes[{change, minute}];
    days += days.empty() ? "" : ",";
    days += kNames[day];
  };
  for (std::size_t day = 0; day < kDays; ++day) {
    auto const& today = week[day];
    auto const& before = week[(day + kDays - 1) % kDays];
    // Hours that end at midnight may go on in the next day's.
    auto const ran = before && before->to == kMidnight;
    auto const runs_on = ran && today && today->from == 0;
    if (ran && !runs_on) add(Change::down, 0, day);
    if (!today) continue;
    if (!runs_on) add(Change::up, today->from, day);
    if (today->to != kMidnight) add(Change::down, today->to, day);
  }
  return changes;
}

}  // namespace

json::Array scheduled_actions(const manifest::Scaling& scaling, const Unit& unit) {
  if (scaling.weekdays.empty() && scaling.weekends.empty()) return {};
  json::Array actions;
  for (auto const& [when, days] : changes_of(week_of(scaling))) {
    auto const [change, minute] = when;
    auto const is_up = change == Change::up;
    // Hours in which nothing has to run would be no hours.
    auto const least = is_up ? std::max(1, unit.min) : 0;
    auto const most = is_up ? std::max(least, unit.max) : 0;
    // Minute, hour, day of the month, month, day of the week, year (Application Auto Scaling user
    // guide, "Schedule recurring scaling actions using cron expressions").
    auto const cron = fmt::format("cron({} {} ? * {} *)", minute % 60, minute / 60, days);
    actions.push_back(json::Object{
        {"ScheduledActionName",
         fmt::format("{}At{:02}{:02}", is_up ? "Up" : "Down", minute / 60, minute % 60)},
        {"Schedule", cron},
        {"Timezone", scaling.timezone},
        {"ScalableTargetAction", json::Object{{"MinCapacity", least}, {"MaxCapacity", most}}}
    });
  }
  return actions;
}

}  // namespace davit::infra
