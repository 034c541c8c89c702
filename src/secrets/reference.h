// Secrets by their references: `env:NAME` and `file:/path` are resolved here; AWS references are
// recognised, so that they are refused with the reason.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "config/secret_reference.h"

namespace davit::secrets {

// The environment of a process, or a test's own.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

inline constexpr std::size_t kMaxSecretBytes = 64 * 1024;

using config::parse_secret_reference;
using config::Scheme;
using config::SecretReference;

// The secret itself, without line breaks at its end in a file. Reads a file at once, and blocks.
// Errors: not_found (variable, file), forbidden, invalid_input (empty, too large, not a file, an
// AWS reference, which this version cannot resolve).
Result<Secret> resolve(const SecretReference& reference, const Environment& environment);

// A sentence for the log when other users of the machine can read the secret; empty otherwise.
std::string exposure(const SecretReference& reference);

}  // namespace davit::secrets
