// Counters: what happened how often, and how long it took, by name and label, for the metrics page
// and for tests. Names follow Prometheus: `davit_http_rejected_total` with label
// `reason="head_too_large"`.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace davit {

// A count that only grows, or a level that goes up and down. Written by one loop thread.
class Counter {
 public:
  void add(std::int64_t n = 1) { value_ += n; }
  void set(std::int64_t n) { value_ = n; }
  std::int64_t value() const { return value_; }

 private:
  std::int64_t value_ = 0;
};

// Seconds. From 0.01 on the buckets that OpenTelemetry advises for `mcp.server.operation.duration`
// (semantic-conventions-genai, docs/gen-ai/mcp.md); below, because most calls end before that.
inline constexpr std::array<double, 20> kDurationBounds{
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1,
    0.2,    0.5,     1,      2,     5,      10,    30,   60,   120,  300,
};

// How values spread over buckets. Written by one loop thread; recording allocates nothing.
class Histogram {
 public:
  // `bounds` are the upper ends of the buckets, rising; one more takes what is above the last. They
  // must outlive the histogram: a constant.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1) {}

  // In the unit of the bounds: seconds.
  void record(double value) {
    auto const bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    ++counts_[static_cast<std::size_t>(bucket)];
    ++count_;
    sum_ += value;
  }

  std::span<const double> bounds() const { return bounds_; }
  // Of each bucket alone, one more than there are bounds.
  std::span<const std::uint64_t> counts() const { return counts_; }
  std::uint64_t count() const { return count_; }
  double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

// `key="value"`, for values that may be anything: quotes, backslashes and line breaks are escaped
// as the Prometheus text format wants it. Pairs may be joined by commas.
inline std::string make_label(std::string_view key, std::string_view value) {
  auto out = std::string(key) + "=\"";
  for (auto const c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out += '"';
}

class Counters {
 public:
  Counters() = default;
  // A part of `whole`: what is counted here is counted there, with `label` in front of its own. So
  // that several of a kind do not write into each other's levels. `whole` must outlive it.
  Counters(Counters& whole, std::string label) : whole_(&whole), label_(std::move(label)) {}

  // The reference stays valid as long as the Counters: take it once, outside the hot path. `label`
  // is what make_label gives, or empty.
  Counter& at(std::string_view name, std::string_view label = {}) {
    if (whole_ != nullptr) return whole_->at(name, labelled(label));
    return counters_[{std::string(name), std::string(label)}];
  }

  // The same. `bounds` count for the first who asks; they must be the same for all labels of a
  // name.
  Histogram& histogram(
      std::string_view name,
      std::string_view label = {},
      std::span<const double> bounds = kDurationBounds
  ) {
    if (whole_ != nullptr) return whole_->histogram(name, labelled(label), bounds);
    Key key{std::string(name), std::string(label)};
    return histograms_.try_emplace(std::move(key), bounds).first->second;
  }

  // In order of name, then label. Of a part nothing: ask the whole.
  void for_each(
      const std::function<void(std::string_view name, std::string_view label, std::int64_t)>& visit
  ) const {
    for (auto const& [key, counter] : counters_) visit(key.first, key.second, counter.value());
  }
  void for_each_histogram(
      const std::function<void(std::string_view name, std::string_view label, const Histogram&)>&
          visit
  ) const {
    for (auto const& [key, histogram] : histograms_) visit(key.first, key.second, histogram);
  }

 private:
  using Key = std::pair<std::string, std::string>;

  std::string labelled(std::string_view label) const {
    return label.empty() ? label_ : label_ + ',' + std::string(label);
  }

  Counters* whole_ = nullptr;
  std::string label_;
  std::map<Key, Counter> counters_;
  std::map<Key, Histogram> histograms_;
};

}  // namespace davit
