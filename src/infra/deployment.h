// How ECS replaces the tasks of a service: strategy, what stops it, and the target groups between
// which it shifts traffic.
#pragma once

#include "infra/parts.h"

namespace davit::infra {

// Whether deployments wait for the gate's word. Off until somebody is there to say it: also the
// deployment that comes with the stack would wait, and fail the stack.
inline constexpr std::string_view kGateCondition = "WaitsForGate";

json::Object deployment_configuration(
    const manifest::Manifest& manifest, const Parts& parts, const Unit& unit
);

// One for each container, and one more for the pages that need no token.
json::Array load_balancers(
    const manifest::Manifest& manifest, const Parts& parts, const Unit& unit
);

}  // namespace davit::infra
