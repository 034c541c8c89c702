// Environment: the variables of a container, be it a task's or a function's. Every variable that
// davitd gets is one that it knows (docs/configuration.md).
#pragma once

#include <string>
#include <vector>

#include "infra/parts.h"

namespace davit::infra {

// Where a container runs: ECS puts secrets into variables, Lambda cannot.
enum class Platform { ecs, lambda };

struct Variable {
  std::string name;
  Value value;
};

// In the order in which a reader looks for them; no name is there twice, and none is a secret's.
std::vector<Variable> environment_of(
    const manifest::Manifest& manifest,
    const Parts& parts,
    const Container& container,
    Platform platform
);

// The secrets of the container's servers and, for davitd, its own; no variable is there twice.
std::vector<SecretUse> secrets_of(const Parts& parts, const Container& container);

// Whether a collector of traces runs in each task.
bool has_collector(const manifest::Manifest& manifest);

}  // namespace davit::infra
