#include "auth/authenticator.h"

namespace davit::auth {
namespace {

class Anonymous final : public Authenticator {
 public:
  Result<Principal> authenticate(const http::Headers&) const override { return Principal(); }
};

}  // namespace

std::unique_ptr<Authenticator> make_anonymous() { return std::make_unique<Anonymous>(); }

// RFC 6750, 3: the scheme is followed by at least one parameter.
std::string_view challenge(const http::Headers& headers) {
  auto const has_sent = headers.get("Authorization") || headers.get("X-API-Key");
  return has_sent ? R"(Bearer realm="mcp", error="invalid_token")" : R"(Bearer realm="mcp")";
}

}  // namespace davit::auth
