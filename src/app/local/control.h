// Control: how commands reach the supervisor of this machine. Over a Unix socket, JSON Lines: a
// connection carries one request, {"verb": "deploy", ...}; the answer is any number of events,
// {"event": "release", ...}, and then one {"result": {...}} or {"error": {"kind", "message"}}.
// Only processes of the same user, and root, are heard.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "async/async.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "json/json.h"

namespace davit::app {

struct ControlLimits {
  std::size_t connections = 32;
  std::size_t request_bytes = 64 * 1024;
  std::size_t queued_bytes = 4 * 1024 * 1024;     // that a peer has not taken yet
  Duration request = std::chrono::seconds(5);     // until the request has come
  Duration last_words = std::chrono::seconds(5);  // until the peer has taken what is left
};

// Sends an event to whoever asked. Errors: rate_limited (it does not read), unavailable (it has
// gone): nobody listens any more then.
using Tell = std::function<Result<>(const json::Object& event)>;
// Answers a request with its result. Cancelled when whoever asked goes away. Called on the loop;
// what it refers to has to live until `stop` has come to its end.
using Answer = std::function<Async<json::Object>(json::Object request, Tell tell)>;

class ControlServer {
 public:
  // Errors: as Listener::open.
  static Result<std::unique_ptr<ControlServer>> open(
      Executor executor,
      const std::string& path,
      Answer answer,
      log::Logger logger,
      ControlLimits limits = {}
  );
  ~ControlServer();

  // Until it is cancelled.
  Async<> serve();
  // Lets the answers that are under way come to their end, for at most `grace`.
  Async<> stop(Duration grace);

 private:
  struct Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Asks the supervisor that listens on `path`. An error that it answers comes back as it is. Errors
// besides: not_found with the detail kNobodyListens, forbidden (it is another user's), unavailable
// (it ended before its answer, or said nothing for `silence`), protocol.
using OnEvent = std::function<void(const json::Object& event)>;
Async<json::Object> ask(
    Executor executor, std::string path, json::Object request, OnEvent on_event, Duration silence
);

}  // namespace davit::app
