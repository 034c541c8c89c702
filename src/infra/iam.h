// IAM: policies from statements that each say their reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "infra/stack.h"

namespace davit::infra {

enum class Effect { allow, deny };

// Allows `actions` on `resources`. The Sid is the reason, in words without blanks
// ("ReadTheTokensOfItsServers"). Where the service knows no resources for an action, or the
// resource is not known beforehand, it begins with "AnyResource" and says why:
// "AnyResourceSinceLoginsToEcrHaveNone".
struct Statement {
  std::string sid;
  std::vector<std::string> actions;
  Values resources;
  json::Object conditions = {};
  Effect effect = Effect::allow;
};

json::Object policy_document(const std::vector<Statement>& statements);

// Who may take on a role.
json::Object trust_service(std::string_view service, json::Object conditions = {});

// Conditions that a service acts for this account, so that nobody else can send it here (IAM user
// guide, "The confused deputy problem"); and for a resource like `source` unless that is null.
json::Object for_this_account(const Value& source = {});

// A role with one policy inside; none when there are no statements. Its ARN is
// attribute(id, "Arn").
Resource& add_role(
    Stack& stack,
    Layer layer,
    std::string id,
    std::string_view description,
    json::Object trust,
    const std::vector<Statement>& statements
);

}  // namespace davit::infra
