#include <algorithm>
#include <cmath>

#include "sandbox/dynatrace/dql_eval.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

constexpr std::string_view kAggregations[] = {
    "avg",
    "collectArray",
    "collectDistinct",
    "count",
    "countDistinct",
    "countIf",
    "max",
    "median",
    "min",
    "percentile",
    "sum",
    "takeAny",
    "takeFirst",
    "takeLast",
};

double sum_of(const std::vector<Cell>& values) {
  double sum = 0;
  for (auto const& one : values) sum += one.as_real();
  return sum;
}

// Of the kind that the values have: a duration stays one.
Cell like(const Cell& model, double value) {
  if (model.kind == Cell::Kind::real) return real(value);
  auto out = model;
  out.integer = static_cast<std::int64_t>(value);
  return out;
}

std::vector<Cell> distinct(std::vector<Cell> values) {
  std::ranges::sort(values, is_before);
  auto const same = [](const Cell& a, const Cell& b) { return compare(a, b) == 0; };
  values.erase(std::unique(values.begin(), values.end(), same), values.end());
  return values;
}

}  // namespace

bool is_aggregation(std::string_view function) {
  return std::ranges::find(kAggregations, function) != std::end(kAggregations);
}

Cell aggregate_values(std::string_view function, double percentile, std::vector<Cell> values) {
  if (function == "count") return integer(static_cast<std::int64_t>(values.size()));
  std::erase_if(values, [](const Cell& one) { return one.is_null(); });
  if (function == "countDistinct") {
    return integer(static_cast<std::int64_t>(distinct(std::move(values)).size()));
  }
  if (function == "collectArray") return array(std::move(values));
  if (function == "collectDistinct") return array(distinct(std::move(values)));
  if (values.empty()) return {};
  if (function == "takeAny" || function == "takeFirst") return values.front();
  if (function == "takeLast") return values.back();
  if (function == "max") return *std::ranges::max_element(values, is_before);
  if (function == "min") return *std::ranges::min_element(values, is_before);
  std::erase_if(values, [](const Cell& one) { return !one.is_number(); });
  if (values.empty()) return {};
  auto const is_span = values.front().kind == Cell::Kind::duration;
  if (function == "sum") return like(values.front(), sum_of(values));
  if (function == "avg") {
    auto const mean = sum_of(values) / static_cast<double>(values.size());
    return is_span ? like(values.front(), mean) : real(mean);
  }
  std::ranges::sort(values, is_before);
  auto const rank = std::ceil(percentile / 100.0 * static_cast<double>(values.size())) - 1;
  auto const last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::clamp(rank, 0.0, last))];
}

Cell aggregate(const Expression& call, const std::vector<const Record*>& rows, Time now) {
  if (call.name == "count" && call.args.empty()) {
    return integer(static_cast<std::int64_t>(rows.size()));
  }
  if (call.args.empty()) return {};
  std::vector<Cell> values;
  for (auto const* row : rows) values.push_back(evaluate(call.args[0], {*row, now}));
  if (call.name == "countIf") {
    return integer(std::ranges::count_if(values, [](const Cell& one) { return one.is_true(); }));
  }
  auto percentile = 50.0;
  if (call.name == "percentile" && call.args.size() > 1 && !rows.empty()) {
    percentile = evaluate(call.args[1], {*rows.front(), now}).as_real();
  }
  return aggregate_values(call.name, percentile, std::move(values));
}

}  // namespace davit::sandbox::dynatrace::dql
