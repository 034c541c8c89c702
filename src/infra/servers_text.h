// The `servers:` block of davitd as one text, for a variable (DAVIT_SERVERS).
#pragma once

#include <string>
#include <vector>

#include "infra/parts.h"

namespace davit::infra {

// JSON of what differs from the defaults. References to secrets that arrive in a variable become
// references to it; others stay as the manifest has them.
std::string servers_text(
    const std::vector<const manifest::Server*>& servers, const std::vector<SecretUse>& secrets
);

}  // namespace davit::infra
