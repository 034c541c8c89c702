// The log of the requests that an API of API Gateway takes or refuses.
#pragma once

#include "infra/concerns.h"

namespace davit::infra {

// Adds the log group and returns the settings of the stage. `route` is the variable in which this
// kind of API has the path that was found for a request.
json::Object add_access_log(const Manifest& manifest, std::string_view route, Stack& stack);

// What a stage of a REST API says of its logs, and what has to be there before. Nothing without
// `lambda.access_logs`.
void add_rest_logs(const Manifest& manifest, Resource& stage, Stack& stack);

}  // namespace davit::infra
