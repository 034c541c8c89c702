// The variables that a manifest refers to as `env:NAME`. Tasks get them from the environment of the
// supervisor: one that is not set there shows as a task that is broken, long after.
#pragma once

#include "base/result.h"
#include "manifest/manifest.h"
#include "secrets/reference.h"

namespace davit::local {

// Errors: invalid_input, with each that is missing or empty, and who refers to it.
Result<> check_variables(
    const manifest::Manifest& manifest, const secrets::Environment& environment
);

}  // namespace davit::local
