#include "connectors/dynatrace/series.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "connector/text.h"

namespace davit::connectors::dynatrace {
namespace {

std::string shown_time(std::int64_t time) {
  return connector::to_point_in_time(json::Value(time)).value_or("");
}

// The distance of the points in ms, 0 when they differ. The last step ends with the time that was
// asked for, so it may be shorter.
std::int64_t step_of(const std::vector<std::int64_t>& times) {
  if (times.size() < 2) return 0;
  auto const step = times[1] - times[0];
  for (std::size_t i = 2; i < times.size(); ++i) {
    auto const distance = times[i] - times[i - 1];
    auto const is_last = i + 1 == times.size();
    if (distance != step && (!is_last || distance > step)) return 0;
  }
  return step;
}

}  // namespace

double shortened_number(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  auto const digits = 3 - static_cast<int>(std::floor(std::log10(std::fabs(value))));
  auto const scale = std::pow(10.0, std::max(digits, 0));
  return std::round(value * scale) / scale;
}

Series series_of(const json::Value& data) {
  Series series;
  auto const* times = json::find_array(data, "timestamps");
  auto const* values = json::find_array(data, "values");
  if (times == nullptr || values == nullptr) return series;
  for (std::size_t i = 0; i < std::min(times->size(), values->size()); ++i) {
    auto const& value = (*values)[i];
    series.times.push_back(json::find_int((*times)[i], "").value_or(0));
    series.values.push_back(
        value.is_number() ? std::optional(value.to_number<double>()) : std::nullopt
    );
  }
  return series;
}

json::Object summary_of(const Series& series) {
  json::Object out;
  double least = 0;
  double most = 0;
  double sum = 0;
  double last = 0;
  int count = 0;
  for (auto const& value : series.values) {
    if (!value) continue;
    least = count == 0 ? *value : std::min(least, *value);
    most = count == 0 ? *value : std::max(most, *value);
    sum += *value;
    last = *value;
    ++count;
  }
  if (count == 0) return out;
  out["min"] = shortened_number(least);
  out["max"] = shortened_number(most);
  out["avg"] = shortened_number(sum / count);
  out["last"] = shortened_number(last);
  return out;
}

json::Object points_of(const Series& series) {
  json::Object out;
  if (series.times.empty()) return out;
  auto const step = step_of(series.times);
  out["start"] = shown_time(series.times.front());
  json::Array values;
  for (auto const& value : series.values) {
    values.push_back(value ? json::Value(shortened_number(*value)) : json::Value());
  }
  if (step > 0) {
    out["step_s"] = step / 1000;
    auto const steps = static_cast<std::int64_t>(series.times.size() - 1);
    auto const end = series.times.back();
    if (end != series.times.front() + steps * step) out["end"] = shown_time(end);
  } else {
    json::Array times;
    for (auto const time : series.times) times.push_back(json::Value(shown_time(time)));
    out["times"] = std::move(times);
  }
  out["values"] = std::move(values);
  return out;
}

}  // namespace davit::connectors::dynatrace
