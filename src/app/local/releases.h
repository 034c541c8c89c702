// Releases: the one release that may be under way, and what the last one came to.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "async/task_scope.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/client.h"
#include "release/driver.h"
#include "release/journal.h"
#include "release/target.h"

namespace davit::app {

class Releases {
 public:
  struct Parts {
    Executor executor;
    const Clock* clock = nullptr;
    release::Target* target = nullptr;
    http::Client* client = nullptr;
    log::Logger logger;
    std::filesystem::path journals;
    // Told of each state, of whatever release.
    std::function<void(const rollout::State&)> on_state = {};
  };
  // A release that is to begin.
  struct Order {
    rollout::Plan plan;
    release::Origin origin;
    release::DriverOptions options;
  };

  explicit Releases(Parts parts);
  ~Releases();
  Releases(const Releases&) = delete;
  Releases& operator=(const Releases&) = delete;

  // Errors: conflict, naming what is under way, who began it and when; those of Journal::create.
  Result<> begin(Order order);
  // Goes on with one that was interrupted. Errors: conflict (another one has no end yet); those of
  // Journal::open.
  Result<> go_on(const std::string& release, release::DriverOptions options);
  // It was interrupted, and cannot be gone on with: it is stuck.
  void give_up(const release::Record& record, const std::string& reason);

  // Errors: conflict, as begin.
  Result<> check_free() const;
  bool is_under_way() const;
  // It has no end, and nobody goes on with it: the driver gave up.
  bool is_stuck() const;
  // Of the release under way or, without one, of the last that was.
  const std::optional<rollout::State>& state() const;
  const release::Origin& origin() const;
  rollout::Time began() const;
  // Every state since it began or was gone on with, the last 500.
  const std::vector<rollout::State>& told() const;
  // How many were before those.
  std::size_t forgotten() const;
  // What the gate said of it, if it has spoken.
  const std::optional<release::GateReport>& gate() const;
  // Why the driver gave up, which leaves the release where it stood; empty when it did not.
  const std::string& trouble() const;
  // Rises with each change of any of these.
  std::uint64_t changes() const;

  void resume();
  void roll_back(const std::string& reason);
  // As release::Driver::cut_hooks.
  void cut_hooks();

  // Until something changes, and no longer than `limit`. Errors: cancelled.
  Async<> wait_for_change(Duration limit);
  // Leaves the release where it stands: it can be gone on with.
  Async<> stop();
  // That was asked for.
  bool is_left() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "20261122-110000-1b1b": when, and something that tells two of one second apart.
std::string make_release_name(std::chrono::system_clock::time_point now);

}  // namespace davit::app
