// Alarms of the functions and of what stands in front of them; a part of add_alarms.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/parts.h"

namespace davit::infra {

// How CloudWatch counts at a function's front door.
struct Front {
  std::string_view space;
  std::string_view requests;
  std::string_view failures;  // answers 5xx
  std::string_view latency;   // milliseconds
  std::vector<std::pair<std::string_view, Value>> dimensions;
};

// The gateway, or the function's own address. Nothing where the balancer stands in front, as it
// does on target hybrid.
std::optional<Front> front_of(
    const manifest::Manifest& manifest, const Parts& parts, const Unit& unit
);

void add_function_alarms(const manifest::Manifest& manifest, Parts& parts, Stack& stack);

}  // namespace davit::infra
