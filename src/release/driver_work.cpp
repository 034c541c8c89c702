#include <algorithm>

#include <fmt/format.h>

#include "release/driver_impl.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Stage;
using rollout::State;
using Kind = rollout::Event::Kind;

// A deadline may come from a file and lie centuries away, which timers cannot count.
constexpr std::chrono::milliseconds kLongestSleep = 24h;
// For an action that is superseded to stop. One that does not is left behind: bringing the traffic
// back matters more.
constexpr auto kEndOfAction = 1s;
// Before an action of a rollback is tried again, doubled from try to try: a balancer that is just
// being restarted needs seconds, and all tries together must not be over before.
constexpr std::chrono::milliseconds kFirstPause = 250ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;
// At the end of a bake, until one tells that all is well.
constexpr int kLastLooks = 3;
// Beside those of the machine; more say nothing new.
constexpr std::size_t kMostRemarks = 100;

std::chrono::milliseconds pause_before(const State& state) {
  auto pause = std::chrono::milliseconds(0);
  for (int n = 0; n < state.tries && pause < kLongestPause; ++n)
    pause = std::clamp(pause * 2, kFirstPause, kLongestPause);
  return pause;
}

// What follows takes the old version away.
bool is_promoted_next(const State& state) {
  return state.step + 1 == state.plan.steps.size() && !state.plan.previous.empty();
}

bool is_watched(const State& state) {
  return state.was_shifted && !is_rolling_back(state.stage) && !rollout::is_end(state.stage);
}

}  // namespace

bool is_rolling_back(Stage stage) {
  return stage == Stage::restoring || stage == Stage::shifting_back || stage == Stage::removing;
}

bool has_turned(Stage stage) {
  return is_rolling_back(stage) || (rollout::is_end(stage) && stage != Stage::done);
}

void Driver::Impl::react(const State& before, std::optional<rollout::Action> action) {
  if (before.stage != state.stage) announce(before);
  follow(before);
  set_alarm();
  // There is a new one, or what was under way is not wanted any more.
  if (action || !state.under_way) acting.cancel();
  if (action) acting = tasks.spawn("action of a release", perform(*std::move(action), state));
}

void Driver::Impl::announce(const State& before) {
  logger.info(
      "release",
      {{"release", state.plan.release},
       {"stage", rollout::to_string(state.stage)},
       {"step", state.step + 1},
       {"weight", state.weight},
       {"reason", state.reason}}
  );
  announcer.tell(Hook::When::event, state);
  if (state.stage == Stage::done) announcer.tell(Hook::When::post_deploy, state);
  if (!has_turned(state.stage) || has_turned(before.stage)) return;
  announcer.tell(Hook::When::rollback, state);
  if (evidence.is_wanted() && !is_collecting) afterwards.spawn("evidence", collect());
}

void Driver::Impl::follow(const State& before) {
  if (before.stage != state.stage) watch.begin_stretch();
  if (is_watched(state) == is_watching) return;
  is_watching = !is_watching;
  if (is_watching) {
    watching = tasks.spawn("watch of a release", keep_watch());
  } else {
    watching.cancel();
  }
}

void Driver::Impl::set_alarm() {
  alarm.cancel();
  if (!state.deadline) return;
  alarm = tasks.spawn("time limit of a release", ring(*state.deadline, bake() > 0ms));
}

std::chrono::milliseconds Driver::Impl::bake() const {
  return state.stage == Stage::baking ? state.plan.steps[state.step].bake : 0ms;
}

Async<> Driver::Impl::perform(rollout::Action action, State given) {
  auto const number = action.number;
  // What explains the failure goes with green's tasks.
  while (state.stage == Stage::removing && is_collecting)
    DAVIT_CO_CHECK(co_await evidence_changed.wait());
  auto const ended = co_await with_timeout(wait_for_actions(), kEndOfAction);
  if (!ended && ended.error().kind() == ErrorKind::cancelled) co_return ended.error();
  if (auto const pause = pause_before(given); pause > 0ms)
    DAVIT_CO_CHECK(co_await options.sleep(pause));
  ++actions;
  auto const stage = given.stage;
  auto outcome = co_await ask_hooks(number, given);
  auto const is_allowed = outcome.has_value();
  if (is_allowed) outcome = co_await performer.perform(std::move(action), std::move(given));
  --actions;
  action_ended.notify();
  if (outcome) {
    push(Kind::succeeded, number);
  } else if (stage == Stage::retiring && !is_allowed &&
             outcome.error().kind() != ErrorKind::cancelled) {
    // To the machine, blue that cannot be retired is only untidy; but who does not confirm the
    // promotion wants it back.
    push(Kind::bad, 0, outcome.error().message());
  } else {
    push(Kind::failed, number, outcome.error().message());
  }
  co_return Result<>();
}

// Those of the operator that may keep the action from being done.
Async<> Driver::Impl::ask_hooks(std::uint64_t number, State given) {
  Result<> outcome;
  for (auto const when : hooks_before(given)) {
    asked_hook = AskedHook{number, when};
    outcome = co_await performer.ask_hooks(when, given);
    if (!outcome) break;
  }
  if (asked_hook && asked_hook->action == number) asked_hook.reset();
  co_return outcome;
}

Async<> Driver::Impl::wait_for_actions() {
  while (actions > 0) DAVIT_CO_CHECK(co_await action_ended.wait());
  co_return Result<>();
}

Async<> Driver::Impl::ring(rollout::Time when, bool ends_bake) {
  while (now() < when) {
    auto const left = std::min<std::chrono::milliseconds>(when - now(), kLongestSleep);
    DAVIT_CO_CHECK(co_await options.sleep(left));
  }
  // What came since the last look counts as well.
  if (ends_bake) DAVIT_CO_CHECK(co_await end_bake());
  push(Kind::tick);
  co_return Result<>();
}

// While the old version runs it can have everything back: what was not seen is not promoted.
Async<> Driver::Impl::end_bake() {
  for (int n = 1;; ++n) {
    DAVIT_CO_TRY(auto const missed, co_await look());
    auto const is_well = missed.empty() && !watch.is_unhealthy();
    if (is_well || (!missed.empty() && !is_promoted_next(state))) co_return Result<>();
    if (n == kLastLooks) {
      auto const why = missed.empty() ? "some of its tasks are not healthy" : missed;
      push(
          Kind::bad,
          0,
          fmt::format(
              "{} could not be seen to be well at the end of its bake, in {} looks; the last: {}",
              state.plan.release,
              kLastLooks,
              why
          )
      );
      co_return Result<>();
    }
    DAVIT_CO_CHECK(co_await options.sleep(options.watch.every));
  }
}

Async<> Driver::Impl::keep_watch() {
  for (;;) {
    DAVIT_CO_CHECK(co_await options.sleep(options.watch.every));
    DAVIT_CO_TRY(std::ignore, co_await look());
  }
}

Async<std::string> Driver::Impl::look() {
  auto const seen = co_await with_timeout(target.measure(state.plan.release), options.watch.answer);
  if (!seen && seen.error().kind() == ErrorKind::cancelled) co_return seen.error();
  if (!seen) watch.miss(seen.error().message());
  auto const bad = seen ? watch.judge(*seen) : std::nullopt;
  for (auto const& gap : watch.take_gaps()) {
    json::Object data;
    data["text"] = gap;
    note("watch", std::move(data));
  }
  if (bad) push(Kind::bad, 0, *bad);
  co_return seen ? std::string() : seen.error().message();
}

Async<> Driver::Impl::collect() {
  is_collecting = true;
  warn_unless(evidence.write_gate(gate_report));
  warn_unless(evidence.write_story());
  auto told = co_await with_timeout(target.evidence(state.plan.release), options.evidence_limit);
  is_collecting = false;
  evidence_changed.notify();
  // The next driver asks again.
  if (!told && told.error().kind() == ErrorKind::cancelled) co_return told.error();
  json::Object nothing;
  if (!told) nothing["error"] = told.error().message();
  warn_unless(evidence.write_target(told ? *told : nothing));
  co_return Result<>();
}

void Driver::Impl::take_report(GateReport report) {
  json::Object data;
  data["report"] = to_json(report);
  note("gate", std::move(data));
  if (options.on_gate) options.on_gate(report);
  gate_report = std::move(report);
}

void Driver::Impl::note(std::string_view what, json::Object data) {
  if (broken) return;
  if (auto const written = journal.note(now(), what, std::move(data)); !written) {
    broken = written.error();
    changed.notify();
  }
}

void Driver::Impl::remark(std::string text) {
  if (broken || state.remarks.size() >= kMostRemarks) return;
  if (std::ranges::find(state.remarks, text) != state.remarks.end()) return;
  state.remarks.push_back(text);
  if (auto const written = journal.write({Kind::tick, now(), 0, std::move(text)}, state);
      !written) {
    broken = written.error();
    changed.notify();
  }
}

void Driver::Impl::warn_unless(const Result<>& written) {
  if (!written && evidence.is_wanted())
    logger.warn("evidence", {{"error", written.error().message()}});
}

}  // namespace davit::release
