#include "release/performer.h"

#include <set>

#include <fmt/format.h>

namespace davit::release {
namespace {

using rollout::Act;
using rollout::Stage;
using rollout::State;

// For the servers whose tools could not be asked from the version that serves.
void add_skipped(
    GateReport& report,
    const std::vector<Endpoint>& endpoints,
    const std::map<std::string, json::Array>& before,
    const std::string& previous
) {
  auto const why =
      previous.empty()
          ? std::string("no version serves yet: there is nothing to compare with")
          : fmt::format("{}, which serves, did not tell its tools: nothing was compared", previous);
  std::set<std::string> told;
  for (auto const& endpoint : endpoints) {
    if (before.contains(endpoint.server) || !told.insert(endpoint.server).second) continue;
    Check check;
    check.server = endpoint.server;
    check.name = "tool contract";
    check.outcome = Check::Outcome::skipped;
    check.detail = why;
    report.checks.push_back(std::move(check));
  }
}

}  // namespace

std::vector<Hook::When> hooks_before(const State& state) {
  switch (state.stage) {
    case Stage::starting:
      if (!state.was_shifted) return {Hook::When::pre_deploy};
      return {};
    case Stage::shifting:
      if (state.weight == 0) return {Hook::When::pre_traffic, Hook::When::pre_step};
      return {Hook::When::pre_step};
    case Stage::retiring: return {Hook::When::confirm_promotion};
    default: return {};
  }
}

Performer::Performer(
    Executor executor,
    Target& target,
    http::Client& client,
    log::Logger logger,
    const DriverOptions& options,
    std::function<void(GateReport)> on_gate
)
    : executor_(executor),
      target_(target),
      client_(client),
      logger_(std::move(logger)),
      options_(options),
      on_gate_(std::move(on_gate)) {}

Async<> Performer::ask_hooks(Hook::When when, State state) {
  co_return co_await run_hooks(executor_, &client_, options_.hooks, when, std::move(state));
}

Async<> Performer::perform(rollout::Action action, State state) {
  switch (action.act) {
    case Act::start: co_return co_await target_.start(action.release, action.percent);
    case Act::trim: co_return co_await target_.trim(action.release, action.percent);
    case Act::shift: co_return co_await shift(std::move(action), std::move(state));
    case Act::gate: co_return co_await run_gate(std::move(state));
  }
  co_return Error(ErrorKind::internal, "the machine wants something that nobody can do");
}

Async<> Performer::shift(rollout::Action action, State state) {
  // What was counted before it had traffic, by the gate for one, is not to be judged.
  if (state.stage == Stage::shifting && state.weight == 0) {
    auto const before =
        co_await with_timeout(target_.measure(state.plan.release), options_.watch.answer);
    if (!before && before.error().kind() == ErrorKind::cancelled) co_return before.error();
  }
  co_return co_await target_.shift(state.plan.release, state.plan.previous, action.percent);
}

Async<> Performer::run_gate(State state) {
  DAVIT_CO_TRY(auto options, co_await gate_options(state));
  auto const endpoints = options.endpoints;
  auto const before = options.before;
  DAVIT_CO_TRY(auto report, co_await ask(std::move(options)));
  add_skipped(report, endpoints, before, state.plan.previous);
  auto const passed = report.passed();
  auto const reason = report.reason();
  on_gate_(std::move(report));
  if (passed) co_return Result<>();
  co_return Error(ErrorKind::conflict, reason);
}

Async<GateOptions> Performer::gate_options(State state) {
  GateOptions options;
  options.calls = options_.calls;
  options.allows_breaking = options_.allows_breaking;
  options.headers = options_.headers;
  DAVIT_CO_TRY(options.endpoints, co_await target_.endpoints(state.plan.release));
  if (options.endpoints.empty()) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format("{} has no server that the gate could ask", state.plan.release)
    );
  }
  if (state.plan.previous.empty()) co_return options;
  // That the version which serves answers is no condition: the release may be what mends it.
  auto serving = co_await target_.endpoints(state.plan.previous);
  if (!serving && serving.error().kind() == ErrorKind::cancelled) co_return serving.error();
  if (!serving || serving->empty()) co_return options;
  GateOptions asked;
  asked.endpoints = *std::move(serving);
  asked.headers = options_.headers;
  auto report = co_await ask(std::move(asked));
  if (!report && report.error().kind() == ErrorKind::cancelled) co_return report.error();
  if (report) options.before = std::move(report->tools);
  co_return options;
}

Async<GateReport> Performer::ask(GateOptions options) {
  if (options_.gate) {
    co_return co_await options_.gate(executor_, &client_, std::move(options), logger_);
  }
  co_return co_await davit::release::run_gate(executor_, &client_, std::move(options), logger_);
}

}  // namespace davit::release
