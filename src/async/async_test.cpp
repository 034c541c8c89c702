#include <gtest/gtest.h>

#include "async/cancellation.h"
#include "async/event.h"
#include "async/loop.h"
#include "async/task_scope.h"

namespace davit {
namespace {

using namespace std::chrono_literals;

template <class T>
Result<T> run(Async<T> op) {
  return Loop().run(std::move(op));
}

Async<int> answer_after(std::chrono::milliseconds delay) {
  DAVIT_CO_CHECK(co_await sleep_for(delay));
  co_return 42;
}

TEST(WithTimeout, GivesTheValueWhenTheOperationIsFastEnough) {
  EXPECT_EQ(*run(with_timeout(answer_after(1ms), 5s)), 42);
}
TEST(WithTimeout, ReportsTimeoutAndCancelsTheOperation) {
  auto const started = std::chrono::steady_clock::now();
  EXPECT_EQ(run(with_timeout(answer_after(60s), 20ms)).error().kind(), ErrorKind::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 30s);
}
TEST(WithTimeout, TheShorterOuterLimitWins) {
  auto nested = with_timeout(with_timeout(answer_after(60s), 30s), 20ms);
  EXPECT_EQ(run(std::move(nested)).error().kind(), ErrorKind::timeout);
}

Async<> wait_twice(int& cancelled) {
  for (int i = 0; i < 2; ++i) {
    auto slept = co_await sleep_for(60s);
    if (!slept && slept.error().kind() == ErrorKind::cancelled) ++cancelled;
  }
  co_return Error(ErrorKind::cancelled, "stopping");
}
Async<> cancel_scene(int& cancelled) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  auto task = scope.spawn("waits", wait_twice(cancelled));
  EXPECT_EQ(scope.size(), 1u);
  task.cancel();
  DAVIT_CO_CHECK(co_await scope.join());
  task.cancel();  // after the end: nothing
  co_return Result<>();
}
TEST(Task, CancelEndsThisWaitAndEveryLaterOne) {
  int cancelled = 0;
  ASSERT_TRUE(run(cancel_scene(cancelled)));
  EXPECT_EQ(cancelled, 2);
}

Async<> wait_once_more(bool& waited) {
  auto const slept = co_await sleep_for(60s);
  EXPECT_FALSE(slept);
  auto const step = co_await despite_cancellation(answer_after(1ms), 5s);
  waited = step.has_value();
  // The coroutine itself stays cancelled.
  EXPECT_FALSE(co_await sleep_for(60s));
  co_return Error(ErrorKind::cancelled, "stopping");
}
Async<> last_step_scene(bool& waited) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  auto task = scope.spawn("waits", wait_once_more(waited));
  task.cancel();
  co_return co_await scope.join();
}
TEST(Task, ThatIsCancelledCanStillDoOneLastStep) {
  bool waited = false;
  ASSERT_TRUE(run(last_step_scene(waited)));
  EXPECT_TRUE(waited);
}

Async<> set_at_once(bool& ran) {
  ran = true;
  co_return Result<>();
}
Async<> spawn_scene(bool& ran_before_return) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  bool ran = false;
  scope.spawn("sets", set_at_once(ran));
  ran_before_return = ran;
  co_return co_await scope.join();
}
TEST(TaskScope, RunsUpToTheFirstWaitBeforeSpawnReturns) {
  bool ran = false;
  ASSERT_TRUE(run(spawn_scene(ran)));
  EXPECT_TRUE(ran);
}

class Lines final : public log::Sink {
 public:
  void write(log::Level, std::string_view line) override { text += line; }
  std::string text;
};
Async<> fails() { co_return Error(ErrorKind::unavailable, "no upstream"); }
Async<> throws() {
  throw std::runtime_error("broken");
  co_return Result<>();
}
Async<> failing_scene(log::Logger logger) {
  TaskScope scope(co_await boost::asio::this_coro::executor, logger);
  scope.spawn("first", fails());
  scope.spawn("second", throws());
  co_return co_await scope.stop(1s);
}
TEST(TaskScope, ReportsErrorsAndExceptionsByName) {
  Lines lines;
  SystemClock const clock;
  ASSERT_TRUE(run(failing_scene(log::Logger(log::Level::info, lines, clock))));
  EXPECT_NE(lines.text.find(R"("task":"first","error":"no upstream")"), std::string::npos);
  EXPECT_NE(lines.text.find(R"("task":"second","error":"broken")"), std::string::npos);
}

Async<> sleeps_long() { co_return co_await sleep_for(60s); }
Async<> stop_scene() {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  for (int i = 0; i < 3; ++i) scope.spawn("sleeps", sleeps_long());
  DAVIT_CO_CHECK(co_await scope.stop(5ms));
  EXPECT_EQ(scope.size(), 0u);
  co_return Result<>();
}
TEST(TaskScope, StopCancelsWhatTheGraceDidNotEnd) {
  auto const started = std::chrono::steady_clock::now();
  ASSERT_TRUE(run(stop_scene()));
  EXPECT_LT(std::chrono::steady_clock::now() - started, 30s);
}

Async<> notify_after(Event& event) {
  DAVIT_CO_CHECK(co_await sleep_for(2ms));
  event.notify();
  co_return Result<>();
}
Async<> event_scene() {
  auto const executor = co_await boost::asio::this_coro::executor;
  TaskScope scope(executor, log::Logger());
  Event event(executor);
  scope.spawn("notifies", notify_after(event));
  auto woken = co_await event.wait_for(60s);
  EXPECT_TRUE(woken && *woken);
  auto passed = co_await event.wait_for(2ms);
  EXPECT_TRUE(passed && !*passed);
  co_return co_await scope.join();
}
TEST(Event, TellsANotificationFromTheTimeThatPassed) { ASSERT_TRUE(run(event_scene())); }

struct Wakes {
  int count = 0;
  bool is_last = false;
};
Async<> count_wakes(Event* event, Wakes* wakes) {
  while (!wakes->is_last) {
    DAVIT_CO_CHECK(co_await event->wait());
    ++wakes->count;
  }
  co_return Result<>();
}
Async<> two_waiters_scene(Wakes* first, Wakes* second) {
  auto const executor = co_await boost::asio::this_coro::executor;
  TaskScope scope(executor, log::Logger());
  Event event(executor);
  scope.spawn("first", count_wakes(&event, first));
  scope.spawn("second", count_wakes(&event, second));
  DAVIT_CO_CHECK(co_await sleep_for(5ms));
  EXPECT_EQ(first->count + second->count, 0) << "nobody notified";
  event.notify();
  DAVIT_CO_CHECK(co_await sleep_for(5ms));
  EXPECT_EQ(first->count, 1);
  EXPECT_EQ(second->count, 1);
  first->is_last = second->is_last = true;
  event.notify();
  co_return co_await scope.join();
}
TEST(Event, WakesAllWhoWaitOnceEach) {
  Wakes first;
  Wakes second;
  ASSERT_TRUE(run(with_timeout(two_waiters_scene(&first, &second), 10s)));
  EXPECT_EQ(first.count, 2);
  EXPECT_EQ(second.count, 2);
}

Async<> two_limits_scene(Wakes* other) {
  auto const executor = co_await boost::asio::this_coro::executor;
  TaskScope scope(executor, log::Logger());
  Event event(executor);
  scope.spawn("without a limit", count_wakes(&event, other));
  auto const passed = co_await event.wait_for(2ms);
  EXPECT_TRUE(passed && !*passed);
  EXPECT_EQ(other->count, 0) << "the limit is that of the other waiter";
  scope.spawn("notifies", notify_after(event));
  other->is_last = true;
  auto const woken = co_await event.wait_for(60s);
  EXPECT_TRUE(woken && *woken);
  co_return co_await scope.join();
}
TEST(Event, ALimitIsThatOfItsWaiterOnly) {
  Wakes other;
  ASSERT_TRUE(run(with_timeout(two_limits_scene(&other), 10s)));
  EXPECT_EQ(other.count, 1);
}

Async<> cancelled_wait(Event& event, ErrorKind& seen) {
  auto waited = co_await event.wait();
  if (!waited) seen = waited.error().kind();
  co_return Result<>();
}
Async<> event_cancel_scene(ErrorKind& seen) {
  auto const executor = co_await boost::asio::this_coro::executor;
  TaskScope scope(executor, log::Logger());
  Event event(executor);
  scope.spawn("waits", cancelled_wait(event, seen)).cancel();
  co_return co_await scope.join();
}
TEST(Event, ACancelledWaitIsAnError) {
  auto seen = ErrorKind::internal;
  ASSERT_TRUE(run(event_cancel_scene(seen)));
  EXPECT_EQ(seen, ErrorKind::cancelled);
}

}  // namespace
}  // namespace davit
