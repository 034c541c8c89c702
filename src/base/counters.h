// Counters: what happened how often, by name and one label, for the metrics page and for tests.
// Names follow Prometheus: `davit_http_rejected_total` with label `reason="head_too_large"`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

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

class Counters {
 public:
  // The reference stays valid as long as the Counters: take it once, outside the hot path. `label`
  // is one `key="value"` pair, or empty.
  Counter& at(std::string_view name, std::string_view label = {}) {
    return entries_[{std::string(name), std::string(label)}];
  }

  // In order of name, then label.
  void for_each(
      const std::function<void(std::string_view name, std::string_view label, std::int64_t)>& visit
  ) const {
    for (auto const& [key, counter] : entries_) visit(key.first, key.second, counter.value());
  }

 private:
  std::map<std::pair<std::string, std::string>, Counter> entries_;
};

}  // namespace davit
