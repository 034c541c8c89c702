// The collector of traces that runs beside the containers of a task.
#pragma once

#include "infra/parts.h"

namespace davit::infra {

// Takes OTLP on the loopback address, ports 4317 and 4318. Its output goes to the log group.
json::Object collector_definition(const manifest::Manifest& manifest, const Value& log_group);

}  // namespace davit::infra
