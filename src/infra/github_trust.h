// Trust in workflows of GitHub: they prove who they are with a token, and need no stored key.
#pragma once

#include "infra/concerns.h"

namespace davit::infra {

// The statement that lets them take on the role of releases. Adds the provider that checks the
// tokens, unless the account has it already.
json::Object trust_github(const Manifest& manifest, Stack& stack);

}  // namespace davit::infra
