#include "cost/money.h"

#include <fmt/format.h>

namespace davit::cost {
namespace {

// A product of two amounts does not fit into 64 bits.
__extension__ using Wide = __int128;

// Half up, for negative ones too.
std::int64_t divide(Wide over, std::int64_t under) {
  auto const doubled = over * 2 + under;
  auto const divisor = Wide{under} * 2;
  auto result = doubled / divisor;
  if (doubled % divisor < 0) --result;
  return static_cast<std::int64_t>(result);
}

std::int64_t power_of_ten(int digits) {
  std::int64_t power = 1;
  for (auto digit = 0; digit < digits; ++digit) power *= 10;
  return power;
}

}  // namespace

Quantity count_of(std::int64_t whole) { return {whole * kOne}; }

Quantity ratio(std::int64_t over, std::int64_t under) { return {divide(Wide{over} * kOne, under)}; }

Quantity times(Quantity quantity, std::int64_t factor) { return {quantity.parts * factor}; }

Dollars times(Dollars price, Quantity quantity) {
  return {divide(Wide{price.parts} * quantity.parts, kOne)};
}

Dollars to_cents(Dollars dollars) {
  constexpr auto kCent = kDollar / 100;
  return {divide(dollars.parts, kCent) * kCent};
}

std::string to_text(Dollars dollars, int digits) {
  auto const power = power_of_ten(digits);
  auto const rounded = divide(dollars.parts, kDollar / power);
  auto const size = rounded < 0 ? -rounded : rounded;
  return fmt::format("{}{}.{:0{}}", rounded < 0 ? "-" : "", size / power, size % power, digits);
}

std::string to_text(Quantity quantity) {
  auto text = fmt::format("{}.{:06}", quantity.parts / kOne, quantity.parts % kOne);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace davit::cost
