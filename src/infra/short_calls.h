// Short calls: on target hybrid, Lambda functions answer what needs no stream, and the tasks of ECS
// the rest, on one domain.
#pragma once

#include "infra/listener_rules.h"
#include "infra/parts.h"

namespace davit::infra {

void add_short_calls(
    const manifest::Manifest& manifest, const Parts& parts, Priorities& priorities, Stack& stack
);

}  // namespace davit::infra
