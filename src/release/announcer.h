// Announcer: tells hooks what happened, in order, beside the release and without holding it up.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "async/event.h"
#include "release/hooks.h"

namespace davit::release {

class Announcer {
 public:
  // `client` must outlive this. `on_failure` gets a sentence for each hook that failed; one that
  // did not end in time is not told again.
  Announcer(
      Executor executor,
      http::Client& client,
      std::vector<Hook> hooks,
      std::function<void(std::string)> on_failure
  );

  void tell(Hook::When when, rollout::State state);
  // Nothing more comes; `run` ends when all was told.
  void close();
  // Once, in a TaskScope. Errors: cancelled.
  Async<> run();

 private:
  Async<> tell_all(Hook::When when, rollout::State state);

  Executor executor_;
  http::Client& client_;
  const std::vector<Hook> hooks_;
  std::set<std::size_t> hung_;  // of hooks_
  std::function<void(std::string)> on_failure_;
  std::deque<std::pair<Hook::When, rollout::State>> waiting_;
  Event changed_;
  bool is_closed_ = false;
};

}  // namespace davit::release
