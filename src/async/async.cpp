#include "async/async.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace davit {

namespace asio = boost::asio;

asio::awaitable<bool> is_cancelled() {
  auto const state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

Async<> sleep_for(Duration delay) {
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  asio::steady_timer timer(co_await asio::this_coro::executor, delay);
  auto const [ec] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (ec) co_return Error(ErrorKind::cancelled, "cancelled");
  co_return Result<>();
}

}  // namespace davit
