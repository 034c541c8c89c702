#include "app/local/narrator.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>

#include "app/local/picture.h"
#include "app/terminal.h"

namespace davit::app {

using namespace std::chrono_literals;

namespace {

constexpr auto kWatch = 500ms;

}  // namespace

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string describe_restart(const local::TaskStatus& task) {
  if (!task.not_begun.empty()) {
    return fmt::format(
        "{} cannot be started: {}; it is tried again\n", task.record.id, on_a_line(task.not_begun)
    );
  }
  return fmt::format(
      "{} ended ({}) and is started again\n",
      task.record.id,
      task.last_exit.empty() ? "nobody saw how" : on_a_line(task.last_exit)
  );
}

void Narrator::tell_state(const rollout::State& state, rollout::Time began) {
  View view;
  view.state = state;
  view.began = began;
  view.now = std::max(state.since, view.began);
  say(tell_change(told_ ? &*told_ : nullptr, view));
  if (rollout::is_end(state.stage)) say(tell_end(state));
  told_ = std::move(view);
}

Async<> Narrator::tell_restarts(local::Supervisor* supervisor) {
  std::map<std::string, int> restarts;
  std::map<std::string, std::string> failures;  // to start it
  for (;;) {
    auto const status = co_await supervisor->status();
    for (auto const& task : status ? status->tasks : std::vector<local::TaskStatus>()) {
      auto& known = restarts[task.record.id];
      if (task.restarts > known) {
        say(describe_restart(task));
      } else if (!task.not_begun.empty() && task.not_begun != failures[task.record.id]) {
        say(describe_restart(task));
      }
      known = task.restarts;
      failures[task.record.id] = task.not_begun;
    }
    DAVIT_CO_CHECK(co_await sleep_for(kWatch));
  }
}

Async<> Narrator::tell_stuck(Releases* releases) {
  std::string told;
  while (!releases->is_left()) {
    auto now = releases->is_stuck() ? releases->check_free().error().message() : std::string();
    if (now != told && !now.empty()) {
      say("davit: " + on_a_line(now) + "\nwhat serves goes on serving, and is watched\n");
    }
    told = std::move(now);
    DAVIT_CO_CHECK(co_await releases->wait_for_change(kWatch));
  }
  co_return Result<>();
}

}  // namespace davit::app
