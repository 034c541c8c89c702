#include "sandbox/dynatrace/metric_selector.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/selector.h"

namespace davit::sandbox::dynatrace {
namespace {

constexpr std::string_view kParameter = "metricSelector";
constexpr std::string_view kAggregations[] = {
    "auto", "avg", "count", "max", "median", "min", "percentile", "sum", "value"
};
constexpr std::string_view kWithoutEffect[] = {
    "parents", "sort", "last", "timeshift", "default", "rate"
};

http::Response wrong(std::string_view message) { return violation(kParameter, message); }

// At separators outside of brackets and quotes.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = text[i];
    if (c == '~') {
      ++i;
      continue;
    }
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != separator || depth != 0) continue;
    parts.push_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  parts.push_back(trim(text.substr(begin)));
  return parts;
}

std::optional<http::Response> add_filter(MetricTerm& term, const Criterion& filter) {
  if (filter.name == "eq" || (filter.name == "in" && filter.nested.empty())) {
    if (filter.values.size() < 2) return wrong("The filter needs a dimension and a value");
    term.entities.insert(term.entities.end(), filter.values.begin() + 1, filter.values.end());
    return std::nullopt;
  }
  if (filter.name == "entitySelector" && !filter.values.empty()) {
    term.entity_selectors.push_back(filter.value());
    return std::nullopt;
  }
  if (filter.name != "and" && filter.name != "or" && filter.name != "in") {
    return wrong(fmt::format("Unknown filter condition '{}'", filter.name));
  }
  for (auto const& inner : filter.nested) {
    if (auto refused = add_filter(term, inner)) return refused;
  }
  return std::nullopt;
}

std::optional<http::Response> apply(MetricTerm& term, const Criterion& one) {
  auto const first = one.values.empty() ? std::string() : one.values.front();
  if (std::ranges::find(kAggregations, std::string_view(one.name)) != std::end(kAggregations)) {
    term.aggregation.name = one.name;
    if (one.name == "percentile") term.aggregation.percentile = std::strtod(first.c_str(), nullptr);
    return std::nullopt;
  }
  if (one.name == "splitBy") {
    term.is_merged = first.empty();
  } else if (one.name == "merge") {
    term.is_merged = true;
  } else if (one.name == "names") {
    term.has_names = true;
  } else if (one.name == "fold") {
    term.is_folded = true;
  } else if (one.name == "limit") {
    term.limit = static_cast<std::size_t>(std::max(1, std::atoi(first.c_str())));
  } else if (one.name == "filter") {
    for (auto const& inner : one.nested) {
      if (auto refused = add_filter(term, inner)) return refused;
    }
  } else if (std::ranges::find(kWithoutEffect, std::string_view(one.name)) ==
             std::end(kWithoutEffect)) {
    return wrong(fmt::format("Unknown transformation '{}'", one.name));
  }
  return std::nullopt;
}

Or<MetricTerm> parse_term(std::string_view text) {
  MetricTerm term;
  term.text = text;
  auto parts = split_outside(text, ':');
  // The first colon of "builtin:x" belongs to the key.
  auto const has_source = parts.size() > 1 && (parts[0] == "builtin" || parts[0] == "calc" ||
                                               parts[0] == "ext" || parts[0] == "func");
  term.key = has_source ? fmt::format("{}:{}", parts[0], parts[1]) : std::string(parts[0]);
  parts.erase(parts.begin(), parts.begin() + (has_source ? 2 : 1));
  if (term.key.size() > 1 && term.key.front() == '"') {
    term.key = term.key.substr(1, term.key.size() - 2);
  }
  if (term.key.empty()) return wrong("The metric key must not be empty");
  for (auto const part : parts) {
    auto const has_brackets = part.ends_with(')');
    DAVIT_TRY(
        auto const step,
        parse_selector(has_brackets ? std::string(part) : fmt::format("{}()", part), kParameter)
    );
    if (step.size() != 1) return wrong("The metric selector is invalid");
    if (auto refused = apply(term, step.front())) return *std::move(refused);
  }
  term.metric = find_metric(term.key);
  return term;
}

}  // namespace

bool MetricTerm::selects(std::string_view metric_key) const {
  if (key.ends_with('*'))
    return metric_key.starts_with(std::string_view(key).substr(0, key.size() - 1));
  return metric_key == key;
}

Or<std::vector<MetricTerm>> parse_metric_selector(std::string_view text) {
  std::vector<MetricTerm> terms;
  for (auto const part : split_outside(text, ',')) {
    auto const group = part.find(".(");
    if (group == part.npos) {
      DAVIT_TRY(auto term, parse_term(part));
      terms.push_back(std::move(term));
      continue;
    }
    auto const close = part.find(')', group);
    if (close == part.npos) return wrong("')' expected");
    for (auto const last : split(part.substr(group + 2, close - group - 2), ',')) {
      DAVIT_TRY(
          auto term,
          parse_term(
              fmt::format("{}.{}{}", part.substr(0, group), trim(last), part.substr(close + 1))
          )
      );
      terms.push_back(std::move(term));
    }
  }
  return terms;
}

}  // namespace davit::sandbox::dynatrace
