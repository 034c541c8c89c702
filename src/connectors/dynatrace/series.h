// Series: the points of a metric, made short enough to be read.
#pragma once

#include <optional>
#include <vector>

#include "json/json.h"

namespace davit::connectors::dynatrace {

// A point without a value is missing.
struct Series {
  std::vector<std::int64_t> times;  // Unix time in ms
  std::vector<std::optional<double>> values;
};

// From "timestamps" and "values" of an answer.
Series series_of(const json::Value& data);

// min, max, avg and last, without what is missing; empty when there are no values.
json::Object summary_of(const Series& series);

// "start", "step_s" and the values in order, null where one is missing; "end" when the last step is
// shorter; times of their own when the steps differ.
json::Object points_of(const Series& series);

// Four significant digits.
double shortened_number(double value);

}  // namespace davit::connectors::dynatrace
