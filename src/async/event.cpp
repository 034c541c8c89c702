#include "async/event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace davit {

namespace asio = boost::asio;

namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

}  // namespace

// A timer that never expires is the queue of those who wait; cancelling it wakes them.
struct Event::Impl {
  explicit Impl(const Executor& executor) : timer(executor) {}
  asio::steady_timer timer;
};

Event::Event(Executor executor) : impl_(std::make_unique<Impl>(executor)) {}
Event::~Event() = default;

void Event::notify() { impl_->timer.cancel(); }

Async<> Event::wait() {
  auto woken = co_await wait_for(Duration::max());
  if (!woken) co_return std::move(woken).error();
  co_return Result<>();
}

Async<bool> Event::wait_for(Duration limit) {
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  if (limit == Duration::max()) {
    impl_->timer.expires_at(asio::steady_timer::time_point::max());
  } else {
    impl_->timer.expires_after(limit);
  }
  auto const [ec] = co_await impl_->timer.async_wait(kAsResult);
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  co_return ec == asio::error::operation_aborted;
}

}  // namespace davit
