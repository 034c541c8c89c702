#include <algorithm>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/local/control_error.h"
#include "app/local/process_age.h"
#include "app/local/reports.h"
#include "app/terminal.h"
#include "json/pretty.h"
#include "targets/local/process.h"
#include "targets/local/state.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 1s;

rollout::Time now() { return std::chrono::floor<std::chrono::milliseconds>(SystemClock().now()); }

Result<View> ask_for_view(const Place& place) {
  auto const answer = ask_supervisor(place, make_request("status", place), {}, 30s);
  if (answer) return view_from_json(*answer);
  if (answer.error().detail() != kNobodyListens) return answer.error();
  return look_without_supervisor(place.folder());
}

void print_json(const View& view) {
  auto object = to_json(view);
  object.erase("event");
  object["version"] = 1;
  print(json::to_text(object) + '\n');
}

// Until Ctrl-C, or until nobody reads any more.
Result<int> watch(const Place& place) {
  LiveBlock block;
  Loop loop;
  for (;;) {
    auto const view = ask_for_view(place);
    if (!view) {
      block.clear();
      if (view.error().kind() == ErrorKind::cancelled) return static_cast<int>(ExitCode::done);
      return view.error();
    }
    if (place.json) {
      print_json(*view);
    } else if (is_terminal_out() && can_redraw()) {
      block.draw(draw_status(*view, place.look(look_of_errors())));
    } else {
      print(draw_status(*view, place.look(look_of_output())) + '\n');
    }
    if (!flush_output()) return static_cast<int>(ExitCode::done);
    // Ctrl-C is the way out, and no failure. The terminal has written ^C.
    if (!run_until_interrupted(loop, sleep_for(kBetweenLooks))) {
      if (is_terminal_err()) print("\n", stderr);
      return static_cast<int>(ExitCode::done);
    }
  }
}

}  // namespace

View look_without_supervisor(const StateFolder& folder) {
  View view;
  view.now = view.began = now();
  view.is_running = false;
  auto const history = release::read_history(folder.journals());
  auto const saved = local::load_state(folder.root);
  if (saved) {
    view.status.serving = local::serving(*saved);
    view.status.weight = saved->percent;
    for (auto const& task : saved->tasks) {
      if (!local::runs(task.record.pid, task.record.started)) continue;
      view.status.tasks.push_back(
          {.record = task.record, .state = "unwatched", .restarts = task.restarts}
      );
      if (auto const age = process_age(task.record.started)) view.ages[task.record.id] = *age;
    }
  }
  if (!history.empty()) {
    auto const& last = history.back();
    view.state = last.state;
    view.actor = last.origin.actor;
    view.command = last.origin.command;
    view.began = last.began;
  }
  auto const left = view.status.tasks.size();
  view.note = left == 0 ? "nothing runs here: start it with `davit up`"
                        : fmt::format(
                              "no supervisor runs, and {} task{} it started go on serving: `davit "
                              "up` takes over",
                              left,
                              left == 1 ? " that" : "s that"
                          );
  if (left == 0) view.status.serving.clear();
  return view;
}

Result<int> run_status(const StatusRequest& request) {
  if (request.watches) return watch(request.place);
  DAVIT_TRY(auto const view, ask_for_view(request.place));
  if (request.place.json) {
    print_json(view);
  } else {
    print(draw_status(view, request.place.look(look_of_output())));
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace davit::app
