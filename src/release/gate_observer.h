// What really came over the wire while the MCP client spoke: the build that answered, and why an
// answer was no MCP. Inside the gate only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/client.h"
#include "json/json.h"

namespace davit::release {

// One request and its answer as far as it came.
struct Exchange {
  std::string what;               // "GET /health", "initialize"
  std::optional<json::Value> id;  // of the JSON-RPC request
  int status = 0;                 // 0: no answer
  std::string content_type;
  std::optional<std::string> release;  // Davit-Release
  std::string body;                    // its beginning
  std::optional<ErrorKind> failed;     // it did not come to its end

  // The JSON-RPC message in it, whichever it answers; the last one of a stream.
  std::optional<json::Value> message() const;
  std::optional<std::int64_t> error_code() const;
};

class Observer final : public http::Client {
 public:
  explicit Observer(http::Client& client) : client_(client) {}

  Async<http::ClientResponse> send(http::ClientRequest request) override;

  // The last POST: what a client tries after a failed one says nothing.
  const Exchange& last_post() const { return last_post_; }
  // Every answer so far: what it answered, and the build it named. Bounded.
  struct Answer {
    std::string what;
    std::optional<std::string> release;
  };
  const std::vector<Answer>& answers() const { return answers_; }

 private:
  void note(const http::ClientResponse& head, Exchange& exchange) const;

  http::Client& client_;
  Exchange last_post_;
  std::vector<Answer> answers_;
};

// Why `exchange` was no good, for a person; `otherwise` when nothing is known beyond the error.
std::string explain(
    const Exchange& exchange, const Error& otherwise, std::chrono::milliseconds timeout
);

// The first line of a text from elsewhere, short.
std::string excerpt(std::string_view text);

}  // namespace davit::release
