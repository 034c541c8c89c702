#include "infra/secret_target.h"

#include <algorithm>

#include "infra/stack.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

// Secrets Manager puts a hyphen and six random letters and digits behind the name in the ARN
// (Secrets Manager user guide, "What's in a Secrets Manager secret?"). A name that itself ends so
// is mistaken for a whole ARN; AWS advises against such names for the same reason.
constexpr std::size_t kEndingSize = 6;
constexpr std::string_view kAnyEnding = "-??????";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_random_ending(std::string_view arn) {
  auto const hyphen = arn.rfind('-');
  return hyphen != std::string_view::npos && arn.size() - hyphen - 1 == kEndingSize &&
         std::ranges::all_of(arn.substr(hyphen + 1), is_letter_or_digit);
}

}  // namespace

SecretTarget secret_target(const config::SecretReference& reference) {
  if (reference.scheme == config::Scheme::parameter_store) {
    return {.name = reference.target, .is_parameter = true};
  }
  auto const hash = reference.target.find('#');
  if (hash == std::string::npos) return {.name = reference.target};
  return {.name = reference.target.substr(0, hash), .key = reference.target.substr(hash + 1)};
}

Value arn_of(const SecretTarget& target) {
  if (target.is_arn()) return Value(target.name);
  // The ARN of the parameter /mcp/x ends in parameter/mcp/x.
  if (target.is_parameter) {
    return arn(
        "ssm", target.name.starts_with('/') ? "parameter" + target.name : "parameter/" + target.name
    );
  }
  return arn("secretsmanager", "secret:" + target.name);
}

Value arn_for_policy(const SecretTarget& target) {
  if (target.is_parameter || (target.is_arn() && has_random_ending(target.name))) {
    return arn_of(target);
  }
  return concat({arn_of(target), Value(kAnyEnding)});
}

std::string id_of_secret(std::string_view name, std::string_view suffix, const IsTaken& is_taken) {
  constexpr std::string_view kBeforeName = ":secret:";
  if (auto const at = name.find(kBeforeName); at != std::string_view::npos) {
    name.remove_prefix(at + kBeforeName.size());
  }
  std::string words(name);
  for (auto& c : words) {
    if (!is_letter_or_digit(c)) c = '-';
  }
  auto const first = manifest::to_id(words).append(suffix);
  auto id = first;
  for (auto number = 2; is_taken(id); ++number) id = first + std::to_string(number);
  return id;
}

Value value_from(const Value& arn, const SecretTarget& target) {
  // The two colons stand for the version's stage and id, which are left to be the current ones (ECS
  // developer guide, "Pass Secrets Manager secrets through environment variables").
  return target.key.empty() ? arn : concat({arn, Value(':' + target.key + "::")});
}

}  // namespace davit::infra
