// The metrics of the sandbox and their values, which are computed, not stored: the same for the
// same entity and minute.
#pragma once

#include <span>

#include "sandbox/dynatrace/store.h"

namespace davit::sandbox::dynatrace {

struct Metric {
  std::string_view key;    // of the classic API
  std::string_view grail;  // of DQL; empty when it has none
  std::string_view name;
  std::string_view unit;
  std::string_view entity_type;
  double base = 0;
  double spread = 0.1;    // of the base, up and down
  double trouble = 1;     // what the story's service has since the problem began, as a factor
  bool is_count = false;  // adds up over time
};

std::span<const Metric> known_metrics();
const Metric* find_metric(std::string_view key);

// "dt.entity.service", the dimension that the entity's type has.
std::string dimension_of(const Metric& metric);

// How a slot of time is boiled down: avg, min, max, sum, count, median, percentile, value, auto.
struct Aggregation {
  std::string name = "auto";
  double percentile = 50;
};

// The value of the slot that ends at `end`.
double value_of(
    const Store& store,
    const Metric& metric,
    const Entity& entity,
    Time end,
    std::chrono::milliseconds slot,
    const Aggregation& aggregation
);

}  // namespace davit::sandbox::dynatrace
