// The gate: what a new version must answer before it gets any traffic, asked in MCP.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "async/async.h"
#include "base/log.h"
#include "http/client.h"
#include "json/json.h"
#include "release/contract.h"
#include "release/target.h"

namespace davit::release {

// A tool that is called, and what its answer must be.
struct SmokeCall {
  std::string server;  // empty: the server that has the tool
  std::string tool;
  json::Object arguments;
  std::string contains;  // a text in the answer; empty takes any answer without an error
};

struct GateOptions {
  std::vector<Endpoint> endpoints;
  std::vector<SmokeCall> calls;
  // The `tools` of the version that serves, by server; without an entry nothing is compared.
  std::map<std::string, json::Array> before;
  bool allows_breaking = false;
  http::Headers headers;                      // with every request: authorization
  std::chrono::milliseconds timeout{10'000};  // of each request
};

// One thing that was asked.
struct Check {
  enum class Outcome { ok, failed, skipped };
  std::string server;
  std::string
      name;  // "health", "server/discover", "initialize", "tools/list", "call get_issue", ...
  Outcome outcome = Outcome::ok;
  std::string detail;  // what was answered; why it failed or was left out
  std::chrono::milliseconds took{0};
};

struct GateReport {
  std::vector<Check> checks;
  std::map<std::string, json::Array> tools;            // by server, of the new version
  std::map<std::string, std::vector<Change>> changes;  // by server, where there was a `before`

  bool passed() const;
  // The first failure in a sentence; empty when it passed.
  std::string reason() const;
};
json::Value to_json(const GateReport& report);

// Asks every endpoint, all checks even when one fails; servers at the same time. For each: health
// (200, and not "unhealthy"); the build that answers, from the Davit-Release header, where it is
// known; `server/discover`; `initialize`, as old clients do, without Accept as well; `tools/list`;
// the calls; the tool contract. A server need not speak both eras, but one. Errors: cancelled.
Async<GateReport> run_gate(
    Executor executor, http::Client* client, GateOptions options, log::Logger logger
);

}  // namespace davit::release
