// Money and quantities as exact decimals: prices have ten digits behind the point.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace davit::cost {

struct Dollars {
  std::int64_t parts = 0;  // of 10^-10 US dollars

  auto operator<=>(const Dollars&) const = default;
  Dollars operator+(Dollars other) const { return {parts + other.parts}; }
  Dollars operator-(Dollars other) const { return {parts - other.parts}; }
  Dollars& operator+=(Dollars other) { return *this = *this + other; }
};

struct Quantity {
  std::int64_t parts = 0;  // millionths

  auto operator<=>(const Quantity&) const = default;
  Quantity operator+(Quantity other) const { return {parts + other.parts}; }
};

inline constexpr int kDollarDigits = 10;
inline constexpr std::int64_t kDollar = 10'000'000'000;
inline constexpr std::int64_t kOne = 1'000'000;  // of a quantity

// "0.04048", for tables; a text that is no such number does not compile.
consteval Dollars usd(std::string_view text) {
  Dollars dollars;
  auto digits = -1;  // behind the point
  for (auto const c : text) {
    if (c == '.' && digits < 0) {
      digits = 0;
      continue;
    }
    if (c < '0' || c > '9' || digits == kDollarDigits) throw "no amount";
    dollars.parts = dollars.parts * 10 + (c - '0');
    if (digits >= 0) ++digits;
  }
  for (auto digit = digits < 0 ? 0 : digits; digit < kDollarDigits; ++digit) dollars.parts *= 10;
  return dollars;
}

Quantity count_of(std::int64_t whole);
// over / under, rounded to a millionth; `under` is positive.
Quantity ratio(std::int64_t over, std::int64_t under);
Quantity times(Quantity quantity, std::int64_t factor);
Dollars times(Dollars price, Quantity quantity);
// Rounded half up.
Dollars to_cents(Dollars dollars);

// "14.42", rounded half up.
std::string to_text(Dollars dollars, int digits = 2);
// "365", "0.25": without zeros at the end.
std::string to_text(Quantity quantity);

}  // namespace davit::cost
