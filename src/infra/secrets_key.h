// The key of KMS that secrets are encrypted with.
#pragma once

#include "infra/concerns.h"

namespace davit::infra {

// Its ARN: that of a new one, or of the manifest's own; null with the service's own key.
Value add_secrets_key(const Manifest& manifest, Stack& stack);

// "secretsmanager.us-east-1.amazonaws.com", as kms:ViaService has it.
Value via_service(std::string_view service);

}  // namespace davit::infra
