// What differs between two versions of a resource's properties. For the plan only.
#pragma once

#include <vector>

#include "infra/plan.h"
#include "infra/resource_type.h"

namespace davit::infra {

// In the order of the properties. A null `type` is one that we do not know: nobody can say what
// makes it anew.
std::vector<PropertyChange> property_changes(
    const ResourceType* type, const json::Object& before, const json::Object& after
);

}  // namespace davit::infra
