#include "async/event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace davit {

namespace asio = boost::asio;

namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

// One of a ring, which it leaves when it goes.
struct Link {
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { leave(); }

  void leave() {
    before->after = after;
    after->before = before;
    before = after = this;
  }
  void join_before(Link& link) {
    before = link.before;
    after = &link;
    before->after = link.before = this;
  }

  Link* before = this;
  Link* after = this;
};

// Lives in the frame of the coroutine that waits: a wait is on the way of every HTTP request, and
// allocates nothing more than its timer does.
struct Waiter : Link {
  explicit Waiter(const Executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool is_notified = false;
};

}  // namespace

struct Event::Impl {
  explicit Impl(const Executor& on) : executor(on) {}
  Executor executor;
  Link waiters;  // before the first and after the last
};

Event::Event(Executor executor) : impl_(std::make_unique<Impl>(executor)) {}
Event::~Event() { notify(); }

// Cancelling a timer only posts: nobody waits again while this runs.
void Event::notify() {
  while (impl_->waiters.after != &impl_->waiters) {
    auto& waiter = static_cast<Waiter&>(*impl_->waiters.after);
    waiter.leave();
    waiter.is_notified = true;
    waiter.timer.cancel();
  }
}

Async<> Event::wait() {
  auto woken = co_await wait_for(Duration::max());
  if (!woken) co_return std::move(woken).error();
  co_return Result<>();
}

Async<bool> Event::wait_for(Duration limit) {
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  Waiter waiter(impl_->executor);
  if (limit == Duration::max()) {
    waiter.timer.expires_at(asio::steady_timer::time_point::max());
  } else {
    waiter.timer.expires_after(limit);
  }
  waiter.join_before(impl_->waiters);
  co_await waiter.timer.async_wait(kAsResult);
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  co_return waiter.is_notified;
}

}  // namespace davit
