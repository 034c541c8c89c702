#include "release/announcer.h"

#include <algorithm>

namespace davit::release {
namespace {

// Changes of stage that no hook was told of yet; a release has some dozens.
constexpr std::size_t kMostWaiting = 1'000;

}  // namespace

Announcer::Announcer(
    Executor executor,
    http::Client& client,
    std::vector<Hook> hooks,
    std::function<void(std::string)> on_failure
)
    : executor_(executor),
      client_(client),
      hooks_(std::move(hooks)),
      on_failure_(std::move(on_failure)),
      changed_(executor) {}

void Announcer::tell(Hook::When when, rollout::State state) {
  if (std::ranges::find(hooks_, when, &Hook::when) == hooks_.end()) return;
  if (waiting_.size() >= kMostWaiting) return on_failure_("a hook is too slow: it was left out");
  waiting_.emplace_back(when, std::move(state));
  changed_.notify();
}

void Announcer::close() {
  is_closed_ = true;
  changed_.notify();
}

Async<> Announcer::run() {
  while (!is_closed_ || !waiting_.empty()) {
    if (waiting_.empty()) {
      DAVIT_CO_CHECK(co_await changed_.wait());
      continue;
    }
    auto [when, state] = std::move(waiting_.front());
    waiting_.pop_front();
    DAVIT_CO_CHECK(co_await tell_all(when, std::move(state)));
  }
  co_return Result<>();
}

// Each for itself: that one cannot be told is no reason to leave out the next. One that hangs would
// hold up the end of the release again at each change of stage.
Async<> Announcer::tell_all(Hook::When when, rollout::State state) {
  for (std::size_t n = 0; n < hooks_.size(); ++n) {
    if (hooks_[n].when != when || hung_.contains(n)) continue;
    std::vector<Hook> one{hooks_[n]};
    auto const told = co_await run_hooks(executor_, &client_, std::move(one), when, state);
    if (told) continue;
    auto const& error = told.error();
    if (error.kind() == ErrorKind::cancelled) co_return error;
    auto const hangs = error.kind() == ErrorKind::timeout;
    if (hangs) hung_.insert(n);
    on_failure_(error.message() + (hangs ? "; it is told no more of this release" : ""));
  }
  co_return Result<>();
}

}  // namespace davit::release
