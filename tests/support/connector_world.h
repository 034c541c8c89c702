// A world for tests of connectors: a client that answers from a script, a clock that stands still
// until something waits, and waits that take no time.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/loop.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/seal.h"
#include "connector/instance.h"
#include "http/client.h"
#include "mcp/tool.h"

namespace davit::testing {

// 2026-11-21T12:00:00Z, and then as far as the test moves it.
class ManualClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12) +
           past_;
  }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + past_;
  }
  void advance(std::chrono::milliseconds time) { past_ += time; }

 private:
  std::chrono::milliseconds past_{0};
};

struct ScriptedAnswer {
  int status = 200;
  http::Headers headers;
  std::string body;
  // In place of an answer. A timeout first takes all the time that the request has.
  std::optional<Error> error;
  std::chrono::milliseconds delay{0};  // of real time
};

// Keeps the limits of a request as the real client does: size, pieces, time.
class ScriptedClient final : public http::Client {
 public:
  explicit ScriptedClient(ManualClock& clock) : clock_(clock) {}

  Async<http::ClientResponse> send(http::ClientRequest request) override;

  std::deque<ScriptedAnswer> script;
  // Answers when the script has ended.
  std::function<ScriptedAnswer(const http::ClientRequest& request)> responder;

  std::vector<http::ClientRequest> seen;
  int most_at_once = 0;

 private:
  ManualClock& clock_;
  int at_once_ = 0;
};

class ConnectorWorld {
 public:
  // Settings without a URL and a credential get some of example.com. Ends the test program when
  // they are wrong.
  explicit ConnectorWorld(
      const connector::Connector& connector,
      connector::Settings settings = {},
      log::Logger logger = {}
  );

  // As a server would: loose arguments made strict, checked against the schema, then run.
  Result<mcp::ToolResult> call(std::string_view tool, std::string_view arguments);

  connector::Instance& instance() { return *instance_; }
  ManualClock& clock() { return clock_; }
  ScriptedClient& client() { return client_; }
  Counters& counters() { return counters_; }
  Loop& loop() { return loop_; }
  // How long the engine waited between tries.
  const std::vector<std::chrono::milliseconds>& waits() const { return waits_; }

 private:
  Loop loop_;
  ManualClock clock_;
  ScriptedClient client_{clock_};
  Counters counters_;
  KeyRing keys_ = KeyRing::random();
  std::vector<std::chrono::milliseconds> waits_;
  std::unique_ptr<connector::Instance> instance_;
};

}  // namespace davit::testing
