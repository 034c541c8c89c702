// Place: where requests go. Dynatrace has three bases: "v2:" is the Environment API v2, which is
// found on every kind of host; "grail:" runs DQL and "plat:" has the services of the platform, both
// only on SaaS with a platform token or an OAuth client.
#pragma once

#include "base/result.h"
#include "connector/connector.h"
#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

connector::Place place(const http::Url& base, const connector::AuthRule& auth, connector::Str path);

// Refuses a token on a kind of host that does not take it, and names the address that does.
Result<> check_settings(const http::Url& base, const connector::AuthRule& auth);

// Whether this server has Grail and the platform.
bool has_platform(const connector::Invocation& call);

// Errors: forbidden, with what is needed for `what`.
Result<> require_platform(const connector::Invocation& call, connector::Str what);

}  // namespace davit::connectors::dynatrace
