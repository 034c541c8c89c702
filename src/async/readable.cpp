#include "async/readable.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace davit {

namespace asio = boost::asio;

struct Readable::Impl {
  Impl(const Executor& executor, int fd) : descriptor(executor, fd) {}
  asio::posix::stream_descriptor descriptor;
};

Readable::Readable(Executor executor, int descriptor)
    : impl_(std::make_unique<Impl>(executor, descriptor)) {}
Readable::~Readable() = default;

Async<> Readable::wait() {
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  co_await impl_->descriptor.async_wait(
      asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
  );
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  co_return Result<>();
}

}  // namespace davit
