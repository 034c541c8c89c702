// Secrets of AWS by the text of a reference: their ARNs, as ECS and as policies want them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/secret_reference.h"
#include "infra/value.h"

namespace davit::infra {

// "mcp/gitlab#token", "/mcp/gitlab", or an ARN in place of the name.
struct SecretTarget {
  std::string name;
  std::string key;  // of a secret that holds several values as JSON; empty: the whole text
  bool is_parameter = false;

  bool is_arn() const { return name.starts_with("arn:"); }
};
// Of a reference to Secrets Manager or to the parameter store; "#" divides only the former.
SecretTarget secret_target(const config::SecretReference& reference);

// The ARN without the key. A secret's has no random ending when only its name is known.
Value arn_of(const SecretTarget& target);

// The same for a policy: whatever the random ending is.
Value arn_for_policy(const SecretTarget& target);

// The logical id of what belongs to a secret: "mcp/gitlab" and "Secret" make "McpGitlabSecret".
// Names may differ in nothing that an id can have; the later ones then get numbers.
using IsTaken = std::function<bool(const std::string& id)>;
std::string id_of_secret(std::string_view name, std::string_view suffix, const IsTaken& is_taken);

// What ECS takes as `valueFrom`: `arn`, and the key when there is one.
Value value_from(const Value& arn, const SecretTarget& target);

}  // namespace davit::infra
