// What a function is told: the environment of davitd on Lambda, and of an image behind the Lambda
// Web Adapter.
#pragma once

#include "infra/parts.h"
#include "infra/unit.h"
#include "manifest/manifest.h"

namespace davit::infra {

// True when answers leave the function piece by piece. A balancer and an HTTP API want them whole
// (Lambda developer guide, "Response streaming"; API Gateway developer guide, "Stream the
// integration response").
bool streams(const manifest::Manifest& manifest);

// Variables by name. Secrets are left as references, which davitd resolves when it starts: Lambda
// cannot put them in, and whoever may read the function's configuration reads its environment.
json::Object function_environment(
    const manifest::Manifest& manifest, const Parts& parts, const Unit& unit
);

}  // namespace davit::infra
