#include "config/secret_reference.h"

#include <fmt/format.h>

namespace davit::config {
namespace {

struct SchemeName {
  std::string_view prefix;
  Scheme scheme;
};
constexpr SchemeName kSchemes[] = {
    {"env:", Scheme::env},
    {"file:", Scheme::file},
    {"secretsmanager:", Scheme::secrets_manager},
    {"ssm:", Scheme::parameter_store},
};

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return name.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

Result<SecretReference> parse_secret_reference(std::string_view text) {
  for (auto const& [prefix, scheme] : kSchemes) {
    if (!text.starts_with(prefix)) continue;
    SecretReference reference{.scheme = scheme, .target = std::string(text.substr(prefix.size()))};
    if (reference.target.empty()) {
      return Error(ErrorKind::invalid_input, fmt::format("nothing follows `{}`", prefix));
    }
    if (scheme == Scheme::env && !is_variable_name(reference.target)) {
      return Error(ErrorKind::invalid_input, "`env:` is followed by the name of a variable");
    }
    return reference;
  }
  return Error(
      ErrorKind::invalid_input,
      "is not a reference to a secret; write `env:NAME` or `file:PATH`, never the secret itself"
  );
}

std::string to_string(const SecretReference& reference) {
  for (auto const& [prefix, scheme] : kSchemes) {
    if (scheme == reference.scheme) return std::string(prefix) + reference.target;
  }
  return "";
}

}  // namespace davit::config
