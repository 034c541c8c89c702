#include "connectors/pagerduty/shifts.h"

#include <algorithm>

#include "connector/text.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr std::size_t kNameBytes = 100;

std::string minute(std::chrono::sys_seconds time) {
  return connector::to_minute(connector::to_rfc3339(time)).value_or("");
}

std::string clean(std::string_view text) {
  return connector::shortened(connector::without_invisible(text), kNameBytes);
}

}  // namespace

std::vector<Shift> shifts_of(const json::Value* entries) {
  std::vector<Shift> shifts;
  auto const* rows = entries == nullptr ? nullptr : entries->if_array();
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    auto const start = connector::from_rfc3339(json::find_string(row, "start").value_or(""));
    auto const end = connector::from_rfc3339(json::find_string(row, "end").value_or(""));
    if (!start || !end || *end <= *start) continue;
    shifts.push_back({
        .span = {*start, *end},
        .user_id = std::string(json::find_string(row, "user.id").value_or("")),
        .user = clean(json::find_string(row, "user.summary").value_or("")),
    });
  }
  std::ranges::sort(shifts, {}, [](const Shift& shift) { return shift.span.start; });
  return shifts;
}

std::vector<Shift> within(const std::vector<Shift>& shifts, Span window) {
  std::vector<Shift> inside;
  for (auto shift : shifts) {
    shift.span.start = std::max(shift.span.start, window.start);
    shift.span.end = std::min(shift.span.end, window.end);
    if (shift.span.start < shift.span.end) inside.push_back(std::move(shift));
  }
  return inside;
}

std::vector<Span> gaps_of(const std::vector<Shift>& shifts, Span window) {
  std::vector<Span> gaps;
  auto covered_to = window.start;
  for (auto const& shift : within(shifts, window)) {
    if (shift.span.start > covered_to) gaps.push_back({covered_to, shift.span.start});
    covered_to = std::max(covered_to, shift.span.end);
  }
  if (covered_to < window.end) gaps.push_back({covered_to, window.end});
  return gaps;
}

int coverage_percent(const std::vector<Span>& gaps, Span window) {
  auto const whole = (window.end - window.start).count();
  if (whole <= 0) return 100;
  std::int64_t open = 0;
  for (auto const& gap : gaps) open += (gap.end - gap.start).count();
  // Never rounded up to 100: one missing minute is worth seeing.
  return static_cast<int>((whole - open) * 100 / whole);
}

json::Array show(const std::vector<Shift>& shifts) {
  json::Array rows;
  for (auto const& shift : shifts) {
    rows.push_back(json::Object{
        {"user", shift.user},
        {"id", shift.user_id},
        {"start", minute(shift.span.start)},
        {"end", minute(shift.span.end)},
    });
  }
  return rows;
}

json::Array show(const std::vector<Span>& spans) {
  json::Array rows;
  for (auto const& span : spans) {
    rows.push_back(json::Object{{"start", minute(span.start)}, {"end", minute(span.end)}});
  }
  return rows;
}

}  // namespace davit::connectors::pagerduty
