// The driver: performs one release. It asks the machine what to do, writes it down, has the target
// do it, and tells the machine what came of it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/async.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/client.h"
#include "release/gate.h"
#include "release/hooks.h"
#include "release/journal.h"
#include "release/target.h"

namespace davit::release {

// What ends a release that has traffic. A figure that was not measured neither passes nor fails; it
// is said once.
struct WatchLimits {
  std::chrono::milliseconds every{1'000};
  // How long one look may take; after that nothing was measured.
  std::chrono::milliseconds answer{5'000};
  std::int64_t errors_5xx = 0;  // that are allowed between two looks, and in all while watching
  double errors_share = 0.01;   // of the requests, besides: both together are allowed
  std::chrono::milliseconds p99{5'000};
  std::int64_t restarts = 0;
  double rpc_errors_share = 0.5;     // of the requests; a client's mistakes are JSON-RPC errors too
  std::int64_t least_requests = 20;  // fewer say nothing about shares and times
};

using RunGate = std::function<Async<GateReport>(
    Executor executor, http::Client* client, GateOptions options, log::Logger logger
)>;

struct DriverOptions {
  std::filesystem::path evidence;  // a folder; the bundle of a failed release goes below it
  std::vector<SmokeCall> calls;
  bool allows_breaking = false;
  http::Headers headers;  // of the gate's requests
  WatchLimits watch;
  std::vector<Hook> hooks;
  // Told after each change of stage or weight, when it is in the journal.
  std::function<void(const rollout::State&)> on_change;
  // The same for each report of the gate.
  std::function<void(const GateReport&)> on_gate;
  // How long the target may take to say what it has to explain a failure.
  std::chrono::milliseconds evidence_limit{10'000};
  RunGate gate;                                        // run_gate when it is empty
  std::function<Async<>(Duration)> sleep = sleep_for;  // tests move the clock instead
};

// Lives on the loop of `executor`; what it is given must outlive it.
class Driver {
 public:
  Driver(
      Executor executor,
      const Clock& clock,
      Target& target,
      http::Client& client,
      log::Logger logger,
      Journal journal,
      DriverOptions options
  );
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Begins the release `plan`, or goes on with the journal's when it has begun; `plan` is then not
  // looked at. Answers where it ended, when all hooks have been told. Errors: unavailable (the
  // journal cannot be written: nothing is done any more); cancelled (the release stands where it
  // stood, and can be gone on with).
  Async<rollout::State> run(rollout::Plan plan);

  // Of a release that was paused; to end one that runs. Where it does not fit, nothing happens.
  void resume();
  void roll_back(std::string reason);
  // Of a release that has ended: the hooks that still run are ended, and those to come are left
  // out; a remark says so. Before the end nothing happens.
  void cut_hooks();

  const rollout::State& state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::release
