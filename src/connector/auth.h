// Auth: how a credential travels, as data. A connector lists the kinds that its vendor knows; the
// first that fits the configured credential is taken.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "http/message.h"

namespace davit::connector {

struct AuthRule {
  enum class Kind {
    none,
    header,  // `scheme` and the credential, in the header `header`
    basic,   // Authorization: Basic base64(user:credential). RFC 7617
    // The credential is a client secret: a bearer token is fetched from `token_url` with the user
    // as client id, and again before it expires. RFC 6749, 4.4
    client_credentials,
  };
  std::string_view name;  // "api-key": chosen with the setting `auth`, and in the manual
  Kind kind = Kind::header;
  // Fits credentials that begin so; empty fits every one.
  std::string_view prefix = {};
  // Fits only where a user is configured.
  bool needs_user = false;
  // Taken only when the setting `auth` names it.
  bool only_named = false;
  std::string_view header = "Authorization";
  std::string_view scheme = "Bearer ";
  // Absolute, or a path from the root of the server's host.
  std::string_view token_url = {};
  std::string_view scope = {};  // asked for with the token
  std::string_view note = {};   // for the manual: what kind of credential this is
};

// The first rule that fits; null when there is no credential and none is needed. Errors:
// invalid_input.
Result<const AuthRule*> choose_auth(
    std::span<const AuthRule> rules,
    std::string_view named,
    std::string_view user,
    const Secret& credential
);

// Adds the credential to a request. For client_credentials, `credential` is the fetched token.
void authorize(
    http::Headers& headers, const AuthRule& rule, std::string_view user, const Secret& credential
);

}  // namespace davit::connector
