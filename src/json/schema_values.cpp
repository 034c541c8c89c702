#include "json/schema_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace davit::json {
namespace {

constexpr std::size_t kMaxNesting = 512;
constexpr std::size_t kFewItems = 8;  // up to here, comparing each with each is quickest
constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

__extension__ using Wide = unsigned __int128;

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int compare(std::int64_t a, std::uint64_t b) {
  return a < 0 ? -1 : three_way(static_cast<std::uint64_t>(a), b);
}

template <class Integer>
int compare(Integer a, double b) {
  if (std::isnan(b)) return 1;  // no JSON text gives one, but a program can make one
  if (b >= (std::is_signed_v<Integer> ? kTwoTo63 : kTwoTo64)) return -1;
  if (b < (std::is_signed_v<Integer> ? -kTwoTo63 : 0.0)) return 1;
  auto const whole = std::trunc(b);
  if (auto const order = three_way(a, static_cast<Integer>(whole)); order != 0) return order;
  return three_way(whole, b);
}

std::uint64_t magnitude(const Value& integer) {
  if (integer.is_uint64()) return integer.get_uint64();
  auto const number = integer.get_int64();
  return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

// digits * 10^exponent, without trailing zeros in the digits.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

std::optional<Decimal> to_decimal(const Value& number) {
  Decimal out;
  if (auto const* real = number.if_double()) {
    if (!std::isfinite(*real)) return std::nullopt;
    char text[32];
    auto const* end =
        std::to_chars(text, text + sizeof text, std::abs(*real), std::chars_format::scientific).ptr;
    auto const* at = text;
    int decimals = 0;
    for (bool fraction = false; *at != 'e'; ++at) {
      if (*at == '.') {
        fraction = true;
      } else {
        out.digits = out.digits * 10 + static_cast<std::uint64_t>(*at - '0');
        if (fraction) ++decimals;
      }
    }
    ++at;
    if (*at == '+') ++at;
    std::from_chars(at, end, out.exponent);
    out.exponent -= decimals;
  } else {
    out.digits = magnitude(number);
  }
  if (out.digits == 0) return Decimal{};
  while (out.digits % 10 == 0) {
    out.digits /= 10;
    ++out.exponent;
  }
  return out;
}

// 10^exponent modulo `modulus`.
std::uint64_t power_of_ten(int exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus;
  Wide base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = result * base % modulus;
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

bool spend(std::size_t& budget, std::size_t depth) {
  if (budget == 0 || depth > kMaxNesting) {
    budget = 0;
    return false;
  }
  --budget;
  return true;
}

bool equal_at(const Value& a, const Value& b, std::size_t& budget, std::size_t depth) {
  if (!spend(budget, depth)) return false;
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  if (auto const* text = a.if_string()) return *text == b.get_string();
  if (auto const* truth = a.if_bool()) return *truth == b.get_bool();
  if (auto const* items = a.if_array()) {
    auto const& others = b.get_array();
    return std::ranges::equal(*items, others, [&](const Value& x, const Value& y) {
      return equal_at(x, y, budget, depth + 1);
    });
  }
  if (auto const* members = a.if_object()) {
    auto const& others = b.get_object();
    return members->size() == others.size() && std::ranges::all_of(*members, [&](auto const& m) {
             auto const* other = others.if_contains(m.key());
             return other != nullptr && equal_at(m.value(), *other, budget, depth + 1);
           });
  }
  return true;  // null
}

std::size_t mix(std::size_t hash, std::size_t more) {
  return (hash ^ more) * 0x9E3779B97F4A7C15U + (hash >> 29);
}

std::size_t hash_number(const Value& number) {
  if (auto const* real = number.if_double()) {
    if (is_whole(*real) && *real >= -kTwoTo63 && *real < kTwoTo63) {
      return std::hash<std::int64_t>()(static_cast<std::int64_t>(*real));
    }
    if (is_whole(*real) && *real >= 0 && *real < kTwoTo64) {
      return std::hash<std::uint64_t>()(static_cast<std::uint64_t>(*real));
    }
    return std::hash<double>()(*real);
  }
  return number.is_uint64() ? std::hash<std::uint64_t>()(number.get_uint64())
                            : std::hash<std::int64_t>()(number.get_int64());
}

// Equal values have equal hashes.
std::size_t hash_of(const Value& value, std::size_t& budget, std::size_t depth) {
  if (!spend(budget, depth)) return 0;
  auto const text_hash = std::hash<std::string_view>();
  switch (type_of(value)) {
    case types::kNull: return 1;
    case types::kBoolean: return value.get_bool() ? 2 : 3;
    case types::kInteger:
    case types::kFraction: return hash_number(value);
    case types::kString: return text_hash(view(value.get_string()));
    case types::kArray: {
      std::size_t hash = 4;
      for (auto const& item : value.get_array()) hash = mix(hash, hash_of(item, budget, depth + 1));
      return hash;
    }
    default: {
      std::size_t hash = 5;  // a sum, for the order does not count
      for (auto const& member : value.get_object()) {
        hash +=
            mix(text_hash(std::string_view(member.key())),
                hash_of(member.value(), budget, depth + 1));
      }
      return hash;
    }
  }
}

}  // namespace

bool is_whole(double number) { return std::isfinite(number) && std::trunc(number) == number; }

int compare_numbers(const Value& a, const Value& b) {
  if (auto const* x = a.if_int64()) {
    if (auto const* y = b.if_int64()) return three_way(*x, *y);
    if (auto const* y = b.if_uint64()) return compare(*x, *y);
    return compare(*x, b.get_double());
  }
  if (auto const* x = a.if_uint64()) {
    if (auto const* y = b.if_uint64()) return three_way(*x, *y);
    if (auto const* y = b.if_int64()) return -compare(*y, *x);
    return compare(*x, b.get_double());
  }
  if (auto const* y = b.if_double()) return three_way(a.get_double(), *y);
  return -compare_numbers(b, a);
}

bool is_multiple(const Value& number, const Value& divisor) {
  if (!number.is_double() && !divisor.is_double()) {
    return magnitude(number) % magnitude(divisor) == 0;
  }
  auto const dividend = to_decimal(number);
  auto const unit = to_decimal(divisor);
  if (!dividend || !unit || unit->digits == 0) return false;
  if (dividend->digits == 0) return true;
  // Without trailing zeros, digits are never a multiple of a power of ten.
  if (dividend->exponent < unit->exponent) return false;
  auto const scale = power_of_ten(dividend->exponent - unit->exponent, unit->digits);
  return Wide{dividend->digits % unit->digits} * scale % unit->digits == 0;
}

bool equal(const Value& a, const Value& b, std::size_t& budget) {
  return equal_at(a, b, budget, 0);
}

bool all_distinct(const Array& items, std::size_t& budget) {
  if (items.size() <= kFewItems) {
    for (std::size_t i = 1; i < items.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (equal(items[i], items[j], budget)) return false;
      }
    }
    return budget > 0;
  }
  std::vector<std::pair<std::size_t, const Value*>> hashed;
  hashed.reserve(items.size());
  for (auto const& item : items) hashed.emplace_back(hash_of(item, budget, 0), &item);
  if (budget == 0) return false;
  std::ranges::sort(hashed);
  for (std::size_t i = 1; i < hashed.size(); ++i) {
    for (auto j = i; j-- > 0 && hashed[j].first == hashed[i].first;) {
      if (equal(*hashed[i].second, *hashed[j].second, budget)) return false;
    }
  }
  return budget > 0;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace davit::json
