// Target groups: where the balancer sends requests, and how it finds out who is well.
#pragma once

#include <string>

#include "infra/parts.h"

namespace davit::infra {

// A group that ECS registers the container's tasks with.
Resource& add_target_group(
    const manifest::Manifest& manifest,
    const Parts& parts,
    const Container& container,
    std::string id,
    Stack& stack
);

}  // namespace davit::infra
