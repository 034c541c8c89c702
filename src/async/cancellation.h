// What a coroutine still owes after it was cancelled, such as telling a server to stop.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/async.h"

namespace davit {

// Runs `op`, for at most `limit`, although the coroutine that awaits it was cancelled or is being
// cancelled now. That coroutine stays cancelled: its own later waits end at once, and the error to
// end with is still `cancelled`. What `op` uses must live until it has ended.
template <class T>
Async<T> despite_cancellation(Async<T> op, Duration limit) {
  auto limited = with_timeout(std::move(op), limit);
  auto const executor = co_await boost::asio::this_coro::executor;
  auto token = boost::asio::bind_cancellation_slot(
      boost::asio::cancellation_slot(), boost::asio::use_awaitable
  );
  co_return co_await boost::asio::co_spawn(executor, std::move(limited), std::move(token));
}

}  // namespace davit
