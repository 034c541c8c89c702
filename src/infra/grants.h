// Grants: the statements that several roles have, each for what one unit needs.
#pragma once

#include <vector>

#include "infra/concerns.h"
#include "infra/iam.h"

namespace davit::infra {

using Statements = std::vector<Statement>;

// Who reads the secrets: ECS, which asks for all parameters at once, or a function, whose image may
// ask for each.
enum class SecretReader { ecs, function };

// Each adds nothing when there is nothing to be granted.
void grant_secrets(
    Statements& statements, SecretReader reader, const Unit& unit, const Parts& parts
);
// `groups` are ARNs without ":*".
void grant_logs(Statements& statements, const Values& groups);
void grant_artifacts(Statements& statements, const Unit& unit, const Parts& parts);
void grant_traces(Statements& statements, const Manifest& manifest);

// The managed policies that the manifest wants for the unit's servers.
json::Array policies_of(const Unit& unit);

}  // namespace davit::infra
