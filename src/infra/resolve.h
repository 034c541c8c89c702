// Values without functions, for what is read outside of CloudFormation: a task definition for the
// ECS API, an OpenAPI document, the body of a dashboard.
#pragma once

#include <string>

#include "infra/value.h"
#include "manifest/manifest.h"

namespace davit::infra {

// Pseudo parameters become the manifest's region and account, as far as it says them. What only
// the stack knows stays as "${Id.Attribute}", a parameter as "${Id}".
Value resolve(const Value& value, const manifest::Manifest& manifest);

// "ContainerDefinitions" as "containerDefinitions", all the way down: the names of the AWS APIs.
// The keys of maps whose keys are the user's (options of a log driver) stay.
Value to_api_names(const Value& value);

}  // namespace davit::infra
