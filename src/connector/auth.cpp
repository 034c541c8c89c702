#include "connector/auth.h"

#include <fmt/format.h>

#include "base/base64.h"

namespace davit::connector {

Result<const AuthRule*> choose_auth(
    std::span<const AuthRule> rules,
    std::string_view named,
    std::string_view user,
    const Secret& credential
) {
  std::string names;
  std::string wants_user;
  for (auto const& rule : rules) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", rule.name);
    if (!named.empty() && rule.name != named) continue;
    if (named.empty() && rule.only_named) continue;
    if (rule.needs_user && user.empty()) {
      wants_user += fmt::format("{}{}", wants_user.empty() ? "" : ", ", rule.name);
      continue;
    }
    if (!credential.reveal().starts_with(rule.prefix)) continue;
    return &rule;
  }
  if (credential.empty() && named.empty()) return nullptr;
  if (!named.empty()) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("auth '{}' does not fit; this connector knows {}", named, names)
    );
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "the token is of no kind that this connector knows: {}{}",
          names,
          wants_user.empty() ? "" : fmt::format("; for {} set `user`, too", wants_user)
      )
  );
}

void authorize(
    http::Headers& headers, const AuthRule& rule, std::string_view user, const Secret& credential
) {
  auto const& secret = credential.reveal();
  if (secret.empty()) return;
  switch (rule.kind) {
    case AuthRule::Kind::none: break;
    case AuthRule::Kind::header:
    case AuthRule::Kind::client_credentials:
      headers.set(rule.header, fmt::format("{}{}", rule.scheme, secret));
      break;
    case AuthRule::Kind::basic:
      headers.set("Authorization", "Basic " + base64_encode(fmt::format("{}:{}", user, secret)));
      break;
  }
}

}  // namespace davit::connector
