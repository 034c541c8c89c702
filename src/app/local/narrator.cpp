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

void say(std::string_view text) { print(text, stderr); }

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
  struct Known {
    int restarts = 0;
    std::string not_begun;
  };
  std::map<std::string, Known> before;  // of the tasks that there were at the last look
  for (;;) {
    auto const status = co_await supervisor->status();
    std::map<std::string, Known> now;
    for (auto const& task : status ? status->tasks : std::vector<local::TaskStatus>()) {
      auto const& known = before[task.record.id];
      auto const is_news = !task.not_begun.empty() && task.not_begun != known.not_begun;
      if (task.restarts > known.restarts || is_news) say(describe_restart(task));
      now[task.record.id] = {task.restarts, task.not_begun};
    }
    if (status) before = std::move(now);
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
