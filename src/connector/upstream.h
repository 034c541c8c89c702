// Upstream: sends a connector's requests, with its credential, within a deadline, a few at a time,
// and again where that is safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/secret.h"
#include "connector/connector.h"
#include "connector/failure.h"
#include "connector/quota.h"
#include "connector/request.h"
#include "connector/semaphore.h"
#include "connector/token_source.h"
#include "http/client.h"
#include "http/url.h"

namespace davit::connector {

// What an instance works with. All of it must outlive the instance.
struct Collaborators {
  Executor executor;
  http::Client& client;
  const Clock& clock;
  const KeyRing& keys;
  Counters& counters;
  log::Logger logger;
  std::function<double()> random;                      // from 0 up to 1
  std::function<Async<>(Duration)> sleep = sleep_for;  // tests count the waits instead
  // Quotas of credentials that several instances share; null gives each its own.
  QuotaBook* quotas = nullptr;
};

struct UpstreamOptions {
  std::string server;  // its name in counters and logs
  http::Url base;
  std::string user;
  Secret credential;
  const AuthRule* auth = nullptr;  // null sends no credential
  std::size_t concurrent_requests = 6;
  int requests_per_minute = 0;
};

// How to take in a body.
struct Intake {
  std::string_view accept = {};  // empty takes the connector's
  std::size_t max_bytes = 4 * 1024 * 1024;
  // Takes the body of a good answer piece by piece, which then has no limit; false ends it. Begins
  // anew, with an empty piece, when the request is sent again.
  std::function<bool(std::string_view piece)> on_piece;
};

using Deadline = std::chrono::steady_clock::time_point;

class Upstream {
 public:
  Upstream(const Connector& connector, UpstreamOptions options, const Collaborators& collaborators);

  // Only answers from 200 to 299 come back. `scopes` is what the credential should have, for the
  // message when it does not. Errors: as failure.h says, and cancelled.
  Async<http::ClientResponse> send(
      ApiRequest request, Intake intake, Deadline deadline, std::string_view scopes = {}
  );

  const http::Url& base() const { return options_.base; }

  // The rule that the credential travels by; null without one.
  const AuthRule* auth() const { return options_.auth; }

  // The path and query behind the base URL of an absolute address, or of one from the root of the
  // host; nothing when it lies outside.
  std::optional<std::string> inside(std::string_view url) const;

 private:
  struct Attempt {
    http::ClientRequest request;
    Secret token;  // that was fetched for it; empty without
  };

  Async<Attempt> make_attempt(const ApiRequest* request, const Intake* intake, Deadline deadline);
  Async<Semaphore::Permit> take_place(Deadline deadline);
  Async<http::ClientResponse> exchange(
      http::ClientRequest request, const Intake* intake, Deadline deadline
  );
  Async<http::ClientResponse> send_once(http::ClientRequest request, Deadline deadline);
  std::optional<std::string> download_url(const http::ClientResponse& answer) const;
  void note(const Failure& failure, Quota::Time now);
  Error give_up(Failure failure);
  Duration time_left(Deadline deadline) const;

  const Connector& connector_;
  UpstreamOptions options_;
  const Collaborators& collaborators_;
  Semaphore places_;
  std::shared_ptr<Quota> quota_;
  std::unique_ptr<TokenSource> tokens_;  // for AuthRule::Kind::client_credentials
  Counter& requests_;
  Counter& retries_;
  Counter& running_;
  Counter& waiting_;
};

}  // namespace davit::connector
