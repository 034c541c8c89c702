// References to secrets: what a configuration says in their place. secrets/ resolves them, and the
// manifest turns them into what a platform injects.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::config {

enum class Scheme { env, file, secrets_manager, parameter_store };

struct SecretReference {
  Scheme scheme = Scheme::env;
  std::string target;  // what follows the scheme
};

// "env:GITLAB_TOKEN", "file:/run/secrets/gitlab", "secretsmanager:mcp/gitlab#token", "ssm:/mcp/x".
// Errors: invalid_input; they never repeat the text, since it may be a secret in the wrong place.
Result<SecretReference> parse_secret_reference(std::string_view text);
std::string to_string(const SecretReference& reference);

}  // namespace davit::config
