#include "app/local/client.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/interrupt.h"
#include "app/local/control_error.h"
#include "app/paint.h"
#include "app/terminal.h"
#include "async/listener.h"
#include "base/strings.h"
#include "release/lock.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

// The supervisor tells half a second's news at the latest, but a machine under load is slow.
constexpr auto kSilence = 60s;

void say(std::string_view text) { print(text, stderr); }
// Words are kept whole on a terminal; elsewhere a line stays a line.
std::string wrap_lines(std::string_view text, std::size_t width, std::size_t indent) {
  constexpr std::size_t kMostRows = 100;
  std::string out;
  for (auto const line : split(text, '\n')) out += wrap(line, width, indent, kMostRows) + '\n';
  out.pop_back();
  return out;
}
void say_wrapped(std::string_view text, std::size_t indent) {
  say(wrap_lines(text, look_of_errors().width, indent));
}
void print_line(const json::Object& object) {
  print(json::to_text(object) + '\n');
  std::fflush(stdout);
}

int fail(ExitCode code, std::string_view text) {
  say(fmt::format("davit: {}\n", printable(text)));
  return static_cast<int>(code);
}

// What a release that goes on without us is told with.
std::string goes_on(const std::string& release) {
  return fmt::format(
      "{} goes on: `davit wait` watches it, `davit rollback` ends it",
      release.empty() ? std::string("what was begun") : release
  );
}

Result<int> explain(const Place& place, const Error& error, const std::string& release) {
  auto const fail_with = [&](ExitCode code, std::string text) {
    return fail(code, place.in_hints(std::move(text)));
  };
  switch (error.kind()) {
    case ErrorKind::cancelled:
      return fail_with(ExitCode::interrupted, "nothing was cancelled: " + goes_on(release));
    case ErrorKind::timeout:
      return fail_with(
          ExitCode::still_running,
          "the time is over, and nothing was cancelled: " + goes_on(release)
      );
    default:
      if (error.detail() == kLocked) return fail_with(ExitCode::locked, error.message());
      return error;
  }
}

}  // namespace

Error nothing_runs(const Place& place) {
  return Error(
             ErrorKind::not_found,
             fmt::format(
                 "nothing runs here: start it with `davit up` (looked in {})",
                 place.folder().root.string()
             )
  )
      .with_detail(std::string(kNobodyListens));
}

json::Object make_request(std::string_view verb, const Place& place) {
  std::error_code ec;
  auto const file = std::filesystem::absolute(place.file, ec);
  return {
      {"verb", verb},
      {"file", (ec ? std::filesystem::path(place.file) : file).lexically_normal().string()},
      {"environment", place.environment},
      {"actor", release::this_holder()},
  };
}

Result<json::Object> ask_supervisor(
    const Place& place, json::Object request, OnEvent on_event, Duration limit
) {
  auto const path = read_pointer(place.folder());
  // A supervisor would have left a pointer.
  if (path.size() > kLongestSocketPath) return nothing_runs(place);
  Loop loop;
  auto asked = ask(loop.executor(), path, std::move(request), std::move(on_event), kSilence);
  auto answer = run_until_interrupted(
      loop, limit == Duration::zero() ? std::move(asked) : with_timeout(std::move(asked), limit)
  );
  if (!answer && answer.error().detail() == kNobodyListens) return nothing_runs(place);
  return answer;
}

Watcher::Watcher(Place place) : place_(std::move(place)), is_live_(!place_.json && can_redraw()) {}
Watcher::~Watcher() { end(); }

void Watcher::end() { block_.clear(); }

void Watcher::print_json(const View& view) const {
  auto const& state = *view.state;
  json::Object line{{"version", 1}, {"event", "stage"}};
  line["release"] = state.plan.release;
  line["previous"] = state.plan.previous;
  line["stage"] = to_string(state.stage);
  line["step"] = state.step + 1;
  line["steps"] = state.plan.steps.size();
  line["weight"] = state.weight;
  line["reason"] = state.reason;
  line["elapsed_ms"] = (view.now - view.began).count();
  print_line(line);
}

void Watcher::take_view(const json::Object& event) {
  auto view = view_from_json(event);
  if (!view || !view->state) return;
  release_ = view->state->plan.release;
  auto const before = seen_ ? &*seen_ : nullptr;
  auto const text = place_.in_hints(tell_change(before, *view));
  auto const has_moved = before == nullptr || before->state->stage != view->state->stage ||
                         before->state->step != view->state->step ||
                         before->state->weight != view->state->weight;
  if (place_.json) {
    if (has_moved) print_json(*view);
  } else if (is_live_) {
    // They stay above the block.
    if (auto const remarks = tell_remarks(before, *view); !remarks.empty()) {
      block_.clear();
      say_wrapped(remarks, 9);
    }
    block_.draw(draw_release(*view, place_.look(look_of_errors())));
  } else {
    say(text);
  }
  seen_ = *std::move(view);
}

void Watcher::tell_gate(const json::Object& event) {
  auto const* report = json::find(event, "report");
  if (place_.json) {
    auto line = event;
    line["version"] = 1;
    print_line(line);
    return;
  }
  auto const* checks = report == nullptr ? nullptr : json::find_array(*report, "checks");
  if (checks == nullptr) return;
  std::string failures;
  std::size_t failed = 0;
  for (auto const& check : *checks) {
    if (json::find_string(check, "outcome") != "failed") continue;
    ++failed;
    auto const server = on_a_line(json::find_string(check, "server").value_or(""));
    failures += fmt::format(
        "         gate: {}{}{}: {}\n",
        server,
        server.empty() ? "" : " ",
        on_a_line(json::find_string(check, "name").value_or("")),
        on_a_line(json::find_string(check, "detail").value_or(""))
    );
  }
  if (is_live_) block_.clear();
  if (failed == 0)
    failures = fmt::format("         gate: {} checks, none failed\n", checks->size());
  say_wrapped(failures, 15);
}

void Watcher::take(const json::Object& event) {
  auto const kind = json::find_string(event, "event").value_or("");
  if (kind == "release") return take_view(event);
  if (kind == "gate") return tell_gate(event);
  if (kind != "begun") return;
  release_ = json::find_string(event, "release").value_or("");
  if (place_.json) {
    auto line = event;
    line["version"] = 1;
    print_line(line);
    return;
  }
  auto const* remarks = json::find_array(event, "remarks");
  if (remarks == nullptr) return;
  for (auto const& remark : *remarks) {
    if (remark.is_string()) {
      auto const text = on_a_line(json::view(remark.get_string()));
      say_wrapped(place_.in_hints("note: " + text + '\n'), 6);
    }
  }
}

namespace {

// Last words: for a person on standard error, and the name of what serves now on standard output.
int tell_result(const Place& place, const json::Object& result) {
  auto const code = static_cast<int>(json::find_int(result, "exit_code").value_or(0));
  auto state = json::find(result, "state") == nullptr
                   ? Result<rollout::State>(Error(ErrorKind::protocol, "no state"))
                   : release::state_from_json(*json::find(result, "state"));
  if (place.json) {
    auto line = result;
    line.erase("state");
    line["event"] = "result";
    print_line(line);
    return code;
  }
  if (!state) return code;
  say_wrapped(place.in_hints(tell_end(*state)), 2);
  auto const evidence = json::find_string(result, "evidence");
  if (auto const remark = json::find_string(result, "remark")) {
    say(place.in_hints(on_a_line(*remark) + '\n'));
  }
  if (evidence && code != 0) say(fmt::format("what was seen: {}\n", on_a_line(*evidence)));
  // For `$(davit deploy)`; on one terminal it would stand there twice.
  if (code == 0 && !(is_terminal_out() && is_terminal_err())) {
    print(on_a_line(state->plan.release) + '\n');
  }
  return code;
}

}  // namespace

Result<int> watch_release(const Place& place, json::Object request, Duration limit) {
  Watcher watcher(place);
  OnEvent on_event = [&](const json::Object& event) { watcher.take(event); };
  auto const result = ask_supervisor(place, std::move(request), on_event, limit);
  watcher.end();
  if (!result) return explain(place, result.error(), watcher.release());
  if (json::find_bool(*result, "dry_run").value_or(false)) {
    auto line = *result;
    auto const text = std::string(json::find_string(line, "text").value_or(""));
    line.erase("text");
    if (place.json) {
      print_line(line);
    } else {
      auto const shown = wrap_lines(place.in_hints(text), look_of_output().width, 9);
      print(shown + "nothing was done: this was --dry-run\n");
    }
    return static_cast<int>(ExitCode::done);
  }
  return tell_result(place, *result);
}

}  // namespace davit::app
