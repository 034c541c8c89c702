#include "connector/retry.h"

#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "connector/semaphore.h"

namespace davit::connector {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct Case {
  const char* what;
  FailedTry failed;
  std::optional<milliseconds> wait;
};

// `time_left` is 25 s where it is not said.
const Case kCases[] = {
    {"first 429", {.status = 429}, 1s},
    {"second 429", {.number = 2, .status = 429}, 2s},
    {"third 429 is the last", {.number = 3, .status = 429}, {}},
    {"429 of a write", {.is_repeatable = false, .status = 429}, 1s},
    {"429 of a whole quota", {.status = 429, .is_quota = true}, {}},
    {"what the upstream asks comes first", {.status = 429, .retry_after = 7s}, 8s},
    {"Retry-After: 0", {.status = 429, .retry_after = 0s}, 1s},
    {"full jitter", {.number = 2, .status = 429, .retry_after = 10s, .jitter = 0.75}, 10500ms},
    {"full jitter without a word from the upstream", {.status = 503, .jitter = 0.75}, 250ms},
    {"longer than the call", {.status = 429, .retry_after = 30s}, {}},
    {"no time for the try", {.status = 429, .retry_after = 3s, .time_left = 4s}, {}},
    {"502 of a read", {.status = 502}, 1s},
    {"503 of a read", {.status = 503, .retry_after = 5s}, 6s},
    {"503 of a write", {.is_repeatable = false, .status = 503, .retry_after = 1s}, {}},
    {"502 of a write", {.is_repeatable = false, .status = 502}, {}},
    {"500 is an answer", {.status = 500}, {}},
    {"501", {.status = 501}, {}},
    {"404", {.status = 404}, {}},
    {"401", {.status = 401}, {}},
    {"broken connection of a read", {.kind = ErrorKind::unavailable}, 1s},
    {"broken connection of a write", {.is_repeatable = false, .kind = ErrorKind::unavailable}, {}},
    {"time-out", {.kind = ErrorKind::timeout}, {}},
    {"nonsense", {.kind = ErrorKind::protocol}, {}},
    {"cancelled", {.kind = ErrorKind::cancelled}, {}},
};

TEST(Retry, DecidesByStatusAndTime) {
  for (auto const& c : kCases) {
    auto failed = c.failed;
    if (failed.time_left == 0ms) failed.time_left = 25s;
    EXPECT_EQ(next_try_after(failed), c.wait) << c.what;
  }
}

struct Load {
  int running = 0;
  int most = 0;
  int done = 0;
  int refused = 0;
};

Async<> work(Semaphore* semaphore, Load* load, Duration limit) {
  auto const place = co_await semaphore->acquire(limit);
  if (!place) {
    ++load->refused;
    co_return Result<>();
  }
  load->most = std::max(load->most, ++load->running);
  auto const slept = co_await sleep_for(1ms);
  --load->running;
  if (slept) ++load->done;
  co_return slept;
}

TEST(Semaphore, LetsOnlySoManyInAndAllInTheEnd) {
  Loop loop;
  Semaphore semaphore(loop.executor(), 2);
  TaskScope scope(loop.executor(), {});
  Load load;
  for (int i = 0; i < 9; ++i) scope.spawn("work", work(&semaphore, &load, 10s));
  ASSERT_TRUE(loop.run(scope.join()));
  EXPECT_EQ(load.most, 2);
  EXPECT_EQ(load.done, 9);
  EXPECT_EQ(semaphore.waiting(), 0U);
}

TEST(Semaphore, NobodyWaitsLongerThanAsked) {
  Loop loop;
  Semaphore semaphore(loop.executor(), 1);
  auto const held = loop.run(semaphore.acquire(1s));
  ASSERT_TRUE(held);
  auto const refused = loop.run(semaphore.acquire(1ms));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::timeout);
}

Async<> cancel_the_second_of_three(Semaphore* semaphore, TaskScope* scope, Load* load) {
  scope->spawn("work", work(semaphore, load, 10s));
  auto second = scope->spawn("work", work(semaphore, load, 10s));
  scope->spawn("work", work(semaphore, load, 10s));
  EXPECT_EQ(semaphore->waiting(), 2U);
  second.cancel();
  co_return co_await scope->join();
}

TEST(Semaphore, APlaceIsNotLostWithACancelledWaiter) {
  Loop loop;
  Semaphore semaphore(loop.executor(), 1);
  TaskScope scope(loop.executor(), {});
  Load load;
  ASSERT_TRUE(loop.run(cancel_the_second_of_three(&semaphore, &scope, &load)));
  EXPECT_EQ(load.done, 2);
  EXPECT_EQ(load.refused, 1);
  EXPECT_TRUE(loop.run(semaphore.acquire(1ms)));
}

}  // namespace
}  // namespace davit::connector
