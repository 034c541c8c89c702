// TokenSource: a bearer token that is fetched with a client id and secret, and again shortly before
// it expires. RFC 6749, 4.4 (client credentials).
#pragma once

#include <chrono>
#include <string>

#include "async/async.h"
#include "base/clock.h"
#include "base/secret.h"
#include "connector/semaphore.h"
#include "http/client.h"

namespace davit::connector {

struct TokenRequest {
  std::string url;
  std::string client_id;
  Secret client_secret;
  std::string scope;
};

class TokenSource {
 public:
  // The client and the clock must outlive it.
  TokenSource(Executor executor, TokenRequest request, http::Client& client, const Clock& clock);

  // Callers that come while one fetches wait for the same token. Errors: unauthenticated (the
  // vendor's own words), timeout, unavailable, protocol, cancelled.
  Async<Secret> get(std::chrono::milliseconds limit);

  // After a 401 to `used`: the next `get` fetches a new one, unless another call has already.
  void forget(const Secret& used);

 private:
  Async<> fetch(std::chrono::milliseconds limit);

  TokenRequest request_;
  http::Client& client_;
  const Clock& clock_;
  Secret token_;
  std::chrono::steady_clock::time_point expires_{};
  Semaphore one_at_a_time_;
};

}  // namespace davit::connector
