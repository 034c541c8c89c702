#include "async/loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace davit {

namespace asio = boost::asio;

struct Loop::Impl {
  asio::io_context context{1};
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

Executor Loop::executor() { return impl_->context.get_executor(); }

void Loop::run_until_done(asio::awaitable<void> op) {
  std::exception_ptr escaped;
  asio::co_spawn(impl_->context, std::move(op), [&](std::exception_ptr e) {
    escaped = std::move(e);
    impl_->context.stop();
  });
  impl_->context.restart();
  impl_->context.run();
  if (escaped) std::rethrow_exception(escaped);
}

struct Signals::Impl {
  explicit Impl(const Executor& executor) : set(executor) {}
  asio::signal_set set;
};

Signals::Signals(Executor executor, std::initializer_list<int> signals)
    : impl_(std::make_unique<Impl>(executor)) {
  for (int const signal : signals) impl_->set.add(signal);
}
Signals::~Signals() = default;

Async<int> Signals::next() {
  auto const [ec, signal] = co_await impl_->set.async_wait(asio::as_tuple(asio::use_awaitable));
  if (ec) co_return Error(ErrorKind::cancelled, "cancelled");
  co_return signal;
}

Async<int> wait_for_signal(std::initializer_list<int> signals) {
  Signals once(co_await asio::this_coro::executor, signals);
  co_return co_await once.next();
}

}  // namespace davit
