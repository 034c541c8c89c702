// References to secrets: what a configuration says in their place. `env:NAME` and `file:/path` are
// resolved here; AWS references are recognised, so that they are refused with the reason.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace davit::secrets {

// The environment of a process, or a test's own.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

inline constexpr std::size_t kMaxSecretBytes = 64 * 1024;

enum class Scheme { env, file, secrets_manager, parameter_store };

struct Reference {
  Scheme scheme = Scheme::env;
  std::string target;  // what follows the scheme
};

// "env:GITLAB_TOKEN", "file:/run/secrets/gitlab", "secretsmanager:mcp/gitlab#token", "ssm:/mcp/x".
// Errors: invalid_input; they never repeat the text, since it may be a secret in the wrong place.
Result<Reference> parse_reference(std::string_view text);
std::string to_string(const Reference& reference);

// The secret itself, without line breaks at its end in a file. Reads a file at once, and blocks.
// Errors: not_found (variable, file), forbidden, invalid_input (empty, too large, not a file, an
// AWS reference, which this version cannot resolve).
Result<Secret> resolve(const Reference& reference, const Environment& environment);

// A sentence for the log when other users of the machine can read the secret; empty otherwise.
std::string exposure(const Reference& reference);

}  // namespace davit::secrets
