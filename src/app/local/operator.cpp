#include "app/local/operator.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/control_error.h"
#include "app/local/process_age.h"
#include "release/gate.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;
using rollout::Stage;
using namespace std::chrono_literals;

constexpr auto kPulse = 500ms;  // between two looks of somebody who watches

// The gate is asked in the first step, behind the start of its tasks.
bool is_behind_gate(const rollout::State& state) {
  if (state.stage == Stage::starting) return state.step > 0;
  return state.stage != Stage::planned && state.stage != Stage::gating;
}

}  // namespace

int exit_code_of(Stage stage) {
  switch (stage) {
    case Stage::done: return static_cast<int>(ExitCode::done);
    case Stage::refused: return static_cast<int>(ExitCode::refused);
    case Stage::rolled_back: return static_cast<int>(ExitCode::rolled_back);
    case Stage::failed: return static_cast<int>(ExitCode::rollback_failed);
    default: return static_cast<int>(ExitCode::still_running);
  }
}

bool has_reached(const rollout::State& state, std::string_view until) {
  if (rollout::is_end(state.stage) || goes_back(state.stage)) return false;
  if (until == "started") return state.stage == Stage::gating || is_behind_gate(state);
  if (until == "gated") return is_behind_gate(state);
  if (until == "paused") return state.stage == Stage::paused;
  return until == "shifted" && state.weight == 100;
}

json::Object Operator::outcome(const rollout::State& state) const {
  json::Object result;
  result["version"] = 1;
  result["release"] = state.plan.release;
  result["previous"] = state.plan.previous;
  result["stage"] = to_string(state.stage);
  result["weight"] = state.weight;
  result["reason"] = state.reason;
  auto const evidence = parts_.folder.evidence() / state.plan.release;
  std::error_code ec;
  if (fs::exists(evidence, ec)) result["evidence"] = evidence.string();
  result["exit_code"] = exit_code_of(state.stage);
  result["state"] = release::to_json(state);
  return result;
}

Async<View> Operator::look() {
  View view;
  auto status = co_await parts_.status();
  view.now = std::chrono::floor<std::chrono::milliseconds>(parts_.clock->now());
  if (status) {
    view.status = *std::move(status);
  } else {
    view.note = "the tasks cannot be seen: " + status.error().message();
  }
  for (auto const& task : view.status.tasks) {
    if (auto const age = process_age(task.record.started)) view.ages[task.record.id] = *age;
  }
  auto const& releases = *parts_.releases;
  view.state = releases.state();
  view.actor = releases.origin().actor;
  view.command = releases.origin().command;
  view.began = releases.began();
  if (!releases.trouble().empty()) view.note = releases.trouble();
  if (releases.is_stuck() && !releases.is_left())
    view.note = releases.check_free().error().message();
  co_return view;
}

Result<> Operator::tell_gate(const std::string& release, const Tell& tell, Told* told) {
  auto const& gate = parts_.releases->gate();
  if (!gate || std::exchange(told->gate, true)) return {};
  json::Object event{{"event", "gate"}, {"release", release}};
  event["report"] = release::to_json(*gate);
  return tell(event);
}

// The states that were not told yet, each as if one had looked then, and the gate's report where it
// belongs.
Result<> Operator::tell_all(
    const std::string& release, const Tell& tell, const View& view, Told* told
) {
  auto const& releases = *parts_.releases;
  auto const first = releases.forgotten();
  for (auto& next = told->states = std::max(told->states, first);
       next - first < releases.told().size();
       ++next) {
    auto then = view;
    then.state = releases.told()[next - first];
    if (then.state->plan.release != release) return {};
    if (is_behind_gate(*then.state) && !told->gate) DAVIT_CHECK(tell_gate(release, tell, told));
    then.now = std::max(then.state->since, view.began);
    DAVIT_CHECK(tell(to_json(then)));
  }
  return tell(to_json(view));
}

Async<json::Object> Operator::follow(std::string release, Tell tell, std::string until) {
  auto const& releases = *parts_.releases;
  Told told;
  for (;;) {
    DAVIT_CO_TRY(auto const view, co_await look());
    if (!releases.state() || releases.state()->plan.release != release) break;
    DAVIT_CO_CHECK(tell_all(release, tell, view, &told));
    if (!releases.is_under_way() && !releases.trouble().empty()) {
      auto const* const rest = releases.is_left() ? "" : "; the release stands where it stood";
      co_return Error(ErrorKind::unavailable, releases.trouble() + rest);
    }
    if (!releases.is_under_way()) co_return outcome(*view.state);
    if (has_reached(*view.state, until)) {
      auto result = outcome(*view.state);
      result["exit_code"] = static_cast<int>(ExitCode::done);
      co_return result;
    }
    DAVIT_CO_CHECK(co_await parts_.releases->wait_for_change(kPulse));
  }
  // Another one began meanwhile; how this one ended is in its journal.
  DAVIT_CO_TRY(auto const record, release::read_record(parts_.folder.journals(), release));
  co_return outcome(record.state);
}

namespace {

struct Outcome {
  explicit Outcome(Executor executor) : done(executor) {}
  Event done;
  std::optional<Result<json::Object>> result;
};

Async<> keep(Async<json::Object> work, std::shared_ptr<Outcome> outcome, log::Logger logger) {
  outcome->result.emplace(co_await std::move(work));
  if (!*outcome->result) {
    logger.warn("not begun", {{"error", outcome->result->error().message()}});
  }
  outcome->done.notify();
  co_return Result<>();
}

}  // namespace

Async<json::Object> Operator::detach(Async<json::Object> work, Tell tell) {
  auto const outcome = std::make_shared<Outcome>(parts_.executor);
  begins_.spawn("begin", keep(std::move(work), outcome, parts_.logger));
  while (!outcome->result) {
    auto const told = co_await with_timeout(outcome->done.wait(), kPulse);
    if (!told && told.error().kind() != ErrorKind::timeout) co_return told.error();
    json::Object const event{{"event", "waiting"}};
    if (!outcome->result) DAVIT_CO_CHECK(tell(event));
  }
  co_return *std::move(outcome->result);
}

Async<> Operator::stop() { return begins_.stop(Duration::zero()); }

void Operator::ended() {
  has_ended_ = true;
  ended_.notify();
}

}  // namespace davit::app
