#include "release/driver.h"

#include <utility>

#include <fmt/format.h>

#include "async/cancellation.h"
#include "release/driver_impl.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Stage;
using rollout::State;
using Kind = rollout::Event::Kind;

// For what was cancelled to end.
constexpr auto kEndOfTasks = 10s;

}  // namespace

Async<State> Driver::Impl::run(rollout::Plan plan) {
  state = journal.state();
  if (state.stage == Stage::planned && state.plan.steps.empty()) state.plan = std::move(plan);
  if (state.plan.release != journal.origin().release) {
    co_return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "the plan is one of '{}', the journal one of '{}'",
            state.plan.release,
            journal.origin().release
        )
    );
  }
  auto outcome = co_await drive();
  acting.cancel();
  alarm.cancel();
  watching.cancel();
  if (outcome) outcome = co_await finish();
  auto const stopped = co_await despite_cancellation(tasks.stop(0s), kEndOfTasks);
  auto const silent = co_await despite_cancellation(afterwards.stop(0s), kEndOfTasks);
  if (!stopped || !silent) logger.error("what the release had begun does not end");
  if (!outcome) co_return std::move(outcome).error();
  co_return state;
}

Async<> Driver::Impl::drive() {
  telling = afterwards.spawn("hooks", tell_hooks());
  if (!rollout::is_end(state.stage)) {
    auto const kind = state.stage == Stage::planned ? Kind::begin : Kind::recover;
    events.push_front({kind, {}, 0, ""});
    auto const is_explained = !evidence.is_wanted() || evidence.has_target();
    if (is_rolling_back(state.stage) && !is_explained) afterwards.spawn("evidence", collect());
  }
  while (!rollout::is_end(state.stage)) {
    if (broken) co_return *broken;
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    if (events.empty()) {
      DAVIT_CO_CHECK(co_await changed.wait());
      continue;
    }
    auto event = std::move(events.front());
    events.pop_front();
    auto const before = state;
    auto const next = take(std::move(event));
    if (!next) {
      // This driver goes on with a stage, and its limit may have passed before it began.
      if (state.deadline) set_alarm();
      continue;
    }
    // Whoever was told of the line may have ended this.
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    react(before, next->action);
  }
  if (broken) co_return *broken;
  co_return Result<>();
}

Async<> Driver::Impl::finish() {
  announcer.close();
  auto const has_failed = has_turned(state.stage) && evidence.is_wanted();
  if (has_failed && !is_collecting && !evidence.has_target()) DAVIT_CO_CHECK(co_await collect());
  if (has_failed) warn_unless(evidence.write_story());
  DAVIT_CO_CHECK(co_await afterwards.join());
  // Again, with what came of the hooks.
  if (has_failed) warn_unless(evidence.write_story());
  co_return Result<>();
}

Async<> Driver::Impl::tell_hooks() {
  auto const told = co_await announcer.run();
  if (!told && is_cut) {
    remark("not all hooks were told to the end: what was asked for next did not wait for them");
  }
  co_return told;
}

// What follows from the event, when it is in the journal; nothing when nothing follows.
std::optional<rollout::Advance> Driver::Impl::take(rollout::Event event) {
  event.now = now();
  auto given = state;
  if (event.kind == Kind::tick && is_late(event.now)) {
    // In the same line as the end of the bake, so that no kill can come between.
    note_unseen_bake(given);
    blame_hook(event);
  }
  auto next = rollout::advance(given, event);
  if (next.next == state && !next.action) return std::nullopt;
  auto const written = journal.write(event, next.next);
  if (!written) {
    broken = written.error();
    return std::nullopt;
  }
  auto const before = std::exchange(state, next.next);
  auto const is_news = before.stage != state.stage || before.weight != state.weight;
  if (is_news && options.on_change) options.on_change(state);
  return next;
}

void Driver::Impl::note_unseen_bake(State& given) const {
  if (bake() == 0ms || watch.was_measured()) return;
  given.remarks.push_back(fmt::format(
      "step {} of {} was watched for {}, and no requests could be counted: it went on unseen",
      state.step + 1,
      state.plan.steps.size(),
      to_text(bake())
  ));
}

// The machine knows no hooks: it would blame the target for what one of them holds up. And to it,
// blue that is not retired in time is only untidy; but nobody has confirmed the promotion.
void Driver::Impl::blame_hook(rollout::Event& event) const {
  if (!asked_hook || !state.under_way || asked_hook->action != state.under_way->number) return;
  event.reason = fmt::format(
      "the hook {} had not ended when the time of `{}` was over: see what it waits for",
      to_string(asked_hook->when),
      rollout::to_string(state.stage)
  );
  if (state.stage == Stage::retiring) event.kind = Kind::bad;
}

Driver::Driver(
    Executor executor,
    const Clock& clock,
    Target& target,
    http::Client& client,
    log::Logger logger,
    Journal journal,
    DriverOptions options
)
    : impl_(std::make_unique<Impl>(
          executor, clock, target, client, std::move(logger), std::move(journal), std::move(options)
      )) {}
Driver::~Driver() = default;

Async<State> Driver::run(rollout::Plan plan) { return impl_->run(std::move(plan)); }
void Driver::resume() { impl_->push(Kind::resume); }
void Driver::roll_back(std::string reason) { impl_->push(Kind::roll_back, 0, std::move(reason)); }
void Driver::cut_hooks() {
  if (!rollout::is_end(impl_->state.stage)) return;
  impl_->is_cut = true;
  impl_->telling.cancel();
}
const State& Driver::state() const { return impl_->state; }

}  // namespace davit::release
