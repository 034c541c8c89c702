// From a manifest to its stacks.
#pragma once

#include <vector>

#include "base/result.h"
#include "infra/stack.h"
#include "manifest/manifest.h"

namespace davit::infra {

// The stacks of the deployment in the order in which they are applied: the registry's, when it is
// made here, and the deployment itself. Pure. Errors: invalid_input when an override names a
// resource or property that there is not, a line each with the near names; unavailable for what
// cannot be rendered yet, by name.
Result<std::vector<Stack>> build_stacks(const manifest::Manifest& manifest);

}  // namespace davit::infra
