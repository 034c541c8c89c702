// Ledger: the lines of an estimate as they are counted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cost/estimate.h"
#include "cost/prices.h"

namespace davit::cost {

// What is estimated.
struct Scene {
  const manifest::Manifest& manifest;
  const std::vector<infra::Stack>& stacks;
  const Usage& usage;

  // Null pointer when there is none.
  const infra::Resource* find(std::string_view id) const;
  std::vector<const infra::Resource*> of_type(std::string_view type) const;
};

// The property at a path, "RuntimePlatform.CpuArchitecture"; null pointer when there is none.
const json::Value* property(const infra::Resource& resource, std::string_view path);
// The same; empty, or nothing, when it is no text or no whole number.
std::string_view text_of(const infra::Resource& resource, std::string_view path);
std::optional<std::int64_t> number_of(const infra::Resource& resource, std::string_view path);
// The length of a list, or nothing.
std::optional<std::int64_t> length_of(const infra::Resource& resource, std::string_view path);
// The resources to which a property refers.
std::vector<const infra::Resource*> targets_of(
    const Scene& scene, const infra::Resource& resource, std::string_view path
);

// An amount with the fewest tasks and with the most.
struct Span {
  Quantity low;
  Quantity high;
  Span(Quantity both) : low(both), high(both) {}  // NOLINT(google-explicit-constructor)
  Span(Quantity l, Quantity h) : low(l), high(h) {}
};

// Lines of the same thing, server and price are one, so that their amounts are those of the sum.
class Ledger {
 public:
  // Whose the line is: a resource, or nobody's alone.
  void add(std::string what, PriceKey key, Span span, const infra::Resource* owner = nullptr);
  // At a part of the price, in per cent.
  void add_at(
      std::string what,
      const Price& price,
      int percent_low,
      int percent_high,
      Span span,
      const infra::Resource* owner
  );
  // Something that costs money, nobody here knows how much.
  void add_unknown(std::string what, const infra::Resource* owner = nullptr);

  std::vector<Line> take() && { return std::move(lines_); }

 private:
  void add(Line line, const infra::Resource* owner);

  std::vector<Line> lines_;
};

// Hours of a resource that is always there.
inline Quantity month(std::int64_t count = 1) { return count_of(count * kMonthHours); }
inline Quantity millions(std::int64_t count) { return {count}; }
inline Quantity gigabytes(std::int64_t bytes) { return ratio(bytes, 1'000'000'000); }

}  // namespace davit::cost
