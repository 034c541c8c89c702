// builtin:service.response.time:filter(eq("dt.entity.service","SERVICE-1")):splitBy():percentile(95)
#pragma once

#include "sandbox/dynatrace/answers.h"
#include "sandbox/dynatrace/metric_values.h"

namespace davit::sandbox::dynatrace {

struct MetricTerm {
  std::string text;                // as it was written
  std::string key;                 // may end with "*"
  const Metric* metric = nullptr;  // null for a key that is not there
  Aggregation aggregation;
  std::vector<std::string> entities;          // ids of filters; empty for all
  std::vector<std::string> entity_selectors;  // of filters
  std::size_t limit = 100;
  bool is_merged = false;  // splitBy() or merge(..): one series of all
  bool is_folded = false;  // one point
  bool has_names = false;

  bool selects(std::string_view metric_key) const;
};

// A list of keys with commas between, and "a.(b,c)".
Or<std::vector<MetricTerm>> parse_metric_selector(std::string_view text);

}  // namespace davit::sandbox::dynatrace
