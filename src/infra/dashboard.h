// The CloudWatch dashboard of a deployment.
#pragma once

#include "infra/parts.h"

namespace davit::infra {

// The body as CloudWatch takes it, except that names which AWS gives are still ${...} in the form
// of Fn::Sub.
Value dashboard_body(const manifest::Manifest& manifest, const Parts& parts);

}  // namespace davit::infra
