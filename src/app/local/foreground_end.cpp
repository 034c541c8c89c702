// How `davit up` ends: asked to, told twice, or by a failure.
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/foreground.h"
#include "app/local/picture.h"
#include "targets/local/process.h"

namespace davit::app {

using namespace std::chrono_literals;

namespace {

// Of the last answers on the control socket.
constexpr auto kLastAnswers = 2s;
// Of somebody who does not want to wait.
constexpr auto kLastLook = 2s;

}  // namespace

void Foreground::order(std::string by) {
  if (ordered_by_.empty()) ordered_by_ = by.empty() ? "somebody" : std::move(by);
  ordered_.notify();
}

Async<> Foreground::watch_signals() {
  for (;;) {
    DAVIT_CO_TRY(auto const signal, co_await signals_.next());
    // A service manager may send SIGTERM more than once, and means the same each time.
    if (signal == SIGINT && !ordered_by_.empty()) co_return co_await kill_all();
    order(signal == SIGINT ? "Ctrl-C" : "SIGTERM");
  }
}

// Ctrl-C while it ends: nothing is drained any more.
Async<> Foreground::kill_all() {
  // Now, not at the first signal: a pid of then may be another's by now.
  auto const status = co_await with_timeout(supervisor_.status(), kLastLook);
  say(status
          ? "\nended at once: calls that were running are lost\n"
          : "\nended at once, but what runs did not tell its processes: `davit status` shows them, "
            "`davit up` takes them over\n");
  if (status) {
    for (auto const& task : status->tasks) {
      local::kill_group(task.record.pid, task.record.started);
    }
    if (status->balancer_pid > 1) ::kill(-status->balancer_pid, SIGKILL);
  }
  std::_Exit(static_cast<int>(ExitCode::interrupted));
}

Async<> Foreground::end_all() {
  say(fmt::format(
      "\n{}: everything that was started is drained and stopped, which takes {} at most; "
      "Ctrl-C{} ends it at once\n",
      ordered_by_.empty() ? "stopping" : "stopping, asked by " + ordered_by_,
      to_text(manifest_.local.drain),
      ordered_by_ == "Ctrl-C" ? " again" : ""
  ));
  if (releases_.is_under_way()) {
    say(fmt::format(
        "{} was being released: the next `davit up` goes on with it\n",
        releases_.state()->plan.release
    ));
  }
  DAVIT_CO_CHECK(co_await operator_.stop());
  DAVIT_CO_CHECK(co_await releases_.stop());
  auto const ended = co_await supervisor_.stop_all();
  DAVIT_CO_CHECK(co_await end_ours());
  if (!ended) co_return ended.error();
  say("stopped\n");
  co_return Result<>();
}

// Tasks and HAProxy run on, as when we were killed.
Async<> Foreground::leave() {
  say("this supervisor ends; what it found running goes on serving, and nobody watches it until "
      "the next `davit up`\n");
  DAVIT_CO_CHECK(co_await operator_.stop());
  DAVIT_CO_CHECK(co_await releases_.stop());
  co_return co_await end_ours();
}

Async<> Foreground::end_ours() {
  operator_.ended();
  DAVIT_CO_CHECK(co_await control_->stop(kLastAnswers));
  co_return co_await background_.stop(Duration::zero());
}

// A failure of ours is no reason to end what serves.
Async<bool> Foreground::may_end_all(bool has_failed) {
  if (!has_failed || !ordered_by_.empty()) co_return true;
  auto const status = co_await supervisor_.status();
  if (!status || !status->serving.empty()) co_return false;
  co_return is_own_first_ || status->tasks.empty();
}

}  // namespace davit::app
