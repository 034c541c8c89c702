// The logs: where they go, and what CloudWatch counts in them.
#pragma once

#include <string>

#include "infra/unit.h"

namespace davit::infra {

// Key of a function's log group in Parts::logs. A function and a container of a hybrid deployment
// may have one name.
std::string function_log(const Unit& unit);

// Whether the log has a line for every call: from `info` on.
bool logs_have_calls(const manifest::Manifest& manifest);

// Namespace of the metrics that are counted in the log. Filters know no constant dimension, so that
// the name of the deployment keeps two in one account apart.
std::string metric_space(const manifest::Manifest& manifest);

}  // namespace davit::infra
