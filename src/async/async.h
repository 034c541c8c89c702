// Async<T>: a coroutine that yields Result<T>. Every coroutine of ours has this type.
//
// Rules (docs/architecture.md has the reasons): parameters by value; aggregates and lambdas are
// named before the `co_await` that uses them; a lambda is never a coroutine; nothing runs unowned,
// so a coroutine is either awaited or given to a TaskScope. All of it runs on one loop thread.
#pragma once

#include <chrono>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/result.h"

namespace davit {

template <class T = void>
using Async = boost::asio::awaitable<Result<T>>;

using Executor = boost::asio::any_io_executor;
using Duration = std::chrono::steady_clock::duration;

// True once somebody has cancelled this coroutine. It stays so: every wait of ours then ends at
// once, so that a cancellation which comes between two waits is not lost.
boost::asio::awaitable<bool> is_cancelled();

// Waits. Errors: cancelled.
Async<> sleep_for(Duration delay);

// Runs `op` so that a cancellation ends what it awaits with an error, and never with an exception.
template <class T>
Async<T> shielded_from_exceptions(Async<T> op) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_return co_await std::move(op);
}

// Runs `op` and cancels it when `limit` passes; the error is then `timeout`.
template <class T>
Async<T> with_timeout(Async<T> op, Duration limit) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto outcome = co_await (shielded_from_exceptions(std::move(op)) || sleep_for(limit));
  if (outcome.index() == 1) co_return Error(ErrorKind::timeout, "no answer in time");
  co_return std::get<0>(std::move(outcome));
}

}  // namespace davit
