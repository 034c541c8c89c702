// Shifts: the rendered entries of a schedule, who has them, and when nobody has. Pure.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "json/json.h"

namespace davit::connectors::pagerduty {

struct Span {
  std::chrono::sys_seconds start;
  std::chrono::sys_seconds end;

  bool operator==(const Span&) const = default;
};

struct Shift {
  Span span;
  std::string user_id;
  std::string user;
};

// Of an array of rendered_schedule_entries; what has no times is left out. Sorted by start.
std::vector<Shift> shifts_of(const json::Value* entries);

// Those that touch `window`, cut to it.
std::vector<Shift> within(const std::vector<Shift>& shifts, Span window);

// The parts of `window` that no shift covers. `shifts` are sorted by start.
std::vector<Span> gaps_of(const std::vector<Shift>& shifts, Span window);

// Of a hundred; 100 of an empty window.
int coverage_percent(const std::vector<Span>& gaps, Span window);

// [{user, id, start, end}] and [{start, end}], to the minute.
json::Array show(const std::vector<Shift>& shifts);
json::Array show(const std::vector<Span>& spans);

}  // namespace davit::connectors::pagerduty
