// Authenticator: who sends this request? Asked by the host for every request but the health pages,
// before anything else of it is looked at.
#pragma once

#include <memory>
#include <string_view>

#include "base/principal.h"
#include "base/result.h"
#include "http/message.h"

namespace davit::auth {

class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Errors: unauthenticated, with a message that repeats nothing of the credential.
  virtual Result<Principal> authenticate(const http::Headers& headers) const = 0;
};

// Takes everybody for "anonymous": something in front of us checks the callers, or nobody else
// reaches the port.
std::unique_ptr<Authenticator> make_anonymous();

// The `WWW-Authenticate` field of a 401: an error is named only when a credential was sent (RFC
// 6750, 3.1).
std::string_view challenge(const http::Headers& headers);

}  // namespace davit::auth
