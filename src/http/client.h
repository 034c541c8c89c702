// http::Client: sends requests to other servers. An interface, so that tests answer in its place.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "async/async.h"
#include "base/log.h"
#include "http/message.h"

namespace davit::http {

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
  bool truncated = false;  // the body was longer than the limit, and the rest was not read
};

enum class OverLimit {
  fail,  // error `protocol`
  cut,   // answer what fits, with `truncated`
};

struct ClientRequest {
  ClientRequest() = default;
  ClientRequest(Method m, std::string u) : method(m), url(std::move(u)) {}

  Method method = Method::get;
  std::string url;  // http or https, query included, already encoded
  Headers headers;
  std::string body;
  // From the first byte out to the last byte in.
  std::chrono::milliseconds timeout{10'000};
  std::size_t max_body_bytes = 4 * 1024 * 1024;  // after decompression
  OverLimit over_limit = OverLimit::fail;
  // When set, the body of the answer is handed over piece by piece, with the head as it stands, and
  // `body` stays empty. False ends the transfer, which then counts as complete. It must not destroy
  // the client. The size limit does not apply.
  std::function<bool(const ClientResponse& head, std::string_view piece)> on_body;
};

// The `detail` of an error that came before anything of the request had left: sending it again
// cannot do anything twice.
inline constexpr std::string_view kNothingWasSent = "nothing was sent";

class Client {
 public:
  virtual ~Client() = default;

  // Every status is an answer, not an error. A redirect is followed for GET and HEAD within the
  // same scheme, host and port, at most three times; any other comes back as the 3xx it is. Errors:
  // invalid_input (URL), unavailable (no connection, or it broke), timeout, protocol (not HTTP, or
  // too large), cancelled. Cancelling closes the connection, so the other end notices.
  virtual Async<ClientResponse> send(ClientRequest request) = 0;
};

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{3'000};
  std::size_t max_connections_per_host = 32;  // more requests wait; 0: no limit
  std::size_t max_idle_connections = 64;
  std::string user_agent = "davit/" DAVIT_VERSION;
  std::string ca_file;  // PEM; empty takes the system's
  bool direct = false;  // never through a proxy, whatever the environment says
};

// On libcurl's multi interface. Lives on the loop of `executor`; every `send` must have ended
// before it is destroyed.
std::unique_ptr<Client> make_curl_client(Executor executor, ClientOptions options);

}  // namespace davit::http
