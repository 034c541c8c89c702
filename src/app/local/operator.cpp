#include "app/local/operator.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "app/exit_code.h"
#include "app/local/control_error.h"
#include "app/local/journals.h"
#include "app/local/process_age.h"
#include "app/local/programs.h"
#include "app/local/scratch.h"
#include "app/manifest_source.h"
#include "release/gate.h"
#include "secrets/reference.h"
#include "targets/local/variables.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;
using rollout::Stage;
using namespace std::chrono_literals;

constexpr auto kPulse = 500ms;  // between two looks of somebody who watches
constexpr std::size_t kVersionsKept = 10;

// What it had got to before does not count any more.
bool goes_back(Stage stage) {
  return stage == Stage::restoring || stage == Stage::shifting_back || stage == Stage::removing;
}

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

Async<> Operator::make_way(DeployRequest request) {
  auto& releases = *parts_.releases;
  DAVIT_CO_CHECK(check_newest(look_at_journals(parts_.folder.journals())));
  if (!request.supersedes) co_return releases.check_free();
  while (releases.is_under_way()) {
    releases.roll_back("superseded by " + request.actor);
    DAVIT_CO_CHECK(co_await releases.wait_for_change(kPulse));
  }
  co_return Result<>();
}

Async<json::Object> Operator::begin(DeployRequest request) {
  ManifestSource const source{.file = request.file, .environment = request.environment};
  DAVIT_CO_TRY(auto const manifest, load(source));
  if (manifest.target != manifest::Target::local) {
    co_return Error(
        ErrorKind::invalid_input,
        fmt::format("{}: `target` is not `local`: this machine is not meant", request.file)
    );
  }
  DAVIT_CO_CHECK(local::check_variables(manifest, secrets::process_environment()));
  if (!request.is_dry) DAVIT_CO_CHECK(co_await make_way(request));
  DAVIT_CO_TRY(auto const status, co_await parts_.status());
  if (request.program.empty()) request.program = parts_.program;
  if (request.release.empty()) request.release = make_release_name(parts_.clock->now());
  DAVIT_CO_TRY(
      auto options, make_driver_options(manifest, parts_.folder.evidence(), request.allows_breaking)
  );
  // A dry run makes the version too, for what is wrong with it to be found, and throws it away.
  std::optional<Scratch> scratch;
  if (request.is_dry) {
    scratch.emplace(parts_.folder.root);
    DAVIT_CO_CHECK(scratch->check());
  }
  local::VersionOptions const where{
      .program = davitd_program(request.program, manifest),
      .folder = scratch ? scratch->path() : parts_.folder.root,
  };
  DAVIT_CO_TRY(auto const version, local::make_version(manifest, request.release, where));
  auto const serving = serving_of(status);
  DAVIT_CO_TRY(auto planned, make_plan(request, manifest, version, status.serving, serving));
  for (auto const& change : compare(parts_.up_settings, up_settings(manifest.local))) {
    planned.remarks.push_back(app::describe(change));
  }
  if (request.is_dry) {
    auto result = to_json(planned, version, options);
    result["text"] = describe(planned, version, options);
    co_return result;
  }
  Releases::Order order{.plan = planned.plan, .options = std::move(options)};
  order.origin.release = version.release;
  order.origin.previous = status.serving;
  order.origin.actor = request.actor;
  order.origin.command = request.command;
  order.origin.commit = version.commit;
  order.origin.strategy = to_string(planned.strategy);
  order.origin.allows_breaking = request.allows_breaking;
  DAVIT_CO_CHECK(parts_.releases->begin(std::move(order)));
  local::remove_old_versions(parts_.folder.root, {version.release, status.serving}, kVersionsKept);
  json::Object begun{{"release", version.release}};
  json::Array remarks;
  for (auto const& remark : planned.remarks) remarks.emplace_back(remark);
  begun["remarks"] = std::move(remarks);
  co_return begun;
}

Serving Operator::serving_of(const local::Status& status) const {
  Serving serving;
  for (auto const& task : status.tasks) {
    if (task.record.release == status.serving) ++serving.tasks[task.record.service];
  }
  if (status.serving.empty()) return serving;
  if (auto const version = local::read_version(parts_.folder.root, status.serving)) {
    serving.in_memory = servers_in_memory(*version);
  }
  return serving;
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
