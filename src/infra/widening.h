// What a change opens: rights that a role gets, and ways into or out of the network.
#pragma once

#include <vector>

#include "infra/plan.h"
#include "json/json.h"

namespace davit::infra {

// Each pair of action and resource that a policy of `after` allows and the same resource of
// `before` did not. A resource that is new counts with all it has.
std::vector<Widening> widened_rights(const json::Object& before, const json::Object& after);

// Each rule of a security group, each function's permission and address, each balancer on the
// internet, that is new.
std::vector<Widening> widened_network(const json::Object& before, const json::Object& after);

}  // namespace davit::infra
