#include "cost/prices.h"

#include <algorithm>

namespace davit::cost {

std::string_view prices_date() {
  // Dates are written so that they sort.
  return std::ranges::max(kPrices, {}, &Price::date).date;
}

}  // namespace davit::cost
