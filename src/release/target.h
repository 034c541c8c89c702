// Target: where releases go. It performs what rollout::advance decides, and says what it sees.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "json/json.h"
#include "rollout/rollout.h"

namespace davit::release {

// Where one MCP server of one version can be reached without the balancer.
struct Endpoint {
  std::string server;   // "gitlab"
  std::string url;      // of MCP: http://127.0.0.1:40001/gitlab/mcp
  std::string health;   // of the health page; empty when there is none
  std::string release;  // what `Davit-Release` must say; empty when the server is not ours
};

// What came of one version's traffic since it was asked before. Nothing is a value, too: a number
// that was not measured is not 0.
struct Measured {
  std::optional<std::int64_t> requests;
  std::optional<std::int64_t> errors_5xx;
  std::optional<std::chrono::milliseconds> p99;
  std::optional<std::int64_t> restarts;  // of its tasks
  // Of its tasks, now: those that fail their checks; not those that start, drain or have ended.
  std::optional<std::int64_t> unhealthy;
  std::optional<std::int64_t> rpc_errors;  // JSON-RPC errors
  std::vector<std::string> not_measured;   // "rpc_errors of billing: it has no counters"
};

// Everything is told by the version's name, and is idempotent: what is so already is left alone.
// Errors say what happened and where, in a sentence for the person who released. Cancelling stops
// the waiting, not what was begun.
class Target {
 public:
  virtual ~Target() = default;

  // Until `percent` of the version's tasks, rounded up, run and are healthy.
  virtual Async<> start(std::string release, int percent) = 0;
  // Until only `percent` of the version's tasks, rounded up, are left; the others are drained first
  // and have no traffic.
  virtual Async<> trim(std::string release, int percent) = 0;
  // Until the balancer says that `green` has `percent` of the traffic and `blue`, which may be
  // empty, the rest.
  virtual Async<> shift(std::string green, std::string blue, int percent) = 0;

  // Of one healthy task of the version.
  virtual Async<std::vector<Endpoint>> endpoints(std::string release) = 0;
  virtual Async<Measured> measure(std::string release) = 0;
  // What there is to explain a failure: last log lines, exit reasons, figures. Never fails.
  virtual Async<json::Object> evidence(std::string release) = 0;
};

}  // namespace davit::release
