#include "async/listener.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace davit {
namespace {

namespace asio = boost::asio;

constexpr int kWaiting = 64;  // connections that nobody has accepted yet

Error failed(std::string_view what, const std::string& path) {
  auto const kind =
      errno == ENOENT || errno == ECONNREFUSED ? ErrorKind::not_found : ErrorKind::unavailable;
  return Error(kind, fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error(ErrorKind::invalid_input, "no path of a Unix socket: " + path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Descriptor make_socket() {
  return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

const sockaddr* as_general(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

struct Listener::Impl {
  asio::posix::stream_descriptor socket;
  std::string path;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() { ::unlink(impl_->path.c_str()); }

Result<std::unique_ptr<Listener>> Listener::open(Executor executor, const std::string& path) {
  DAVIT_TRY(auto const address, address_of(path));
  auto socket = make_socket();
  if (socket.get() < 0) return failed("opening", path);
  // Linux takes the mode of the new file from the socket's own (unix(7)), so that there is no
  // moment in which others may connect.
  if (::fchmod(socket.get(), 0600) != 0) return failed("protecting", path);
  ::unlink(path.c_str());
  if (::bind(socket.get(), as_general(address), sizeof address) != 0) {
    return failed("making", path);
  }
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), kWaiting) != 0) {
    return failed("listening on", path);
  }
  auto impl = std::make_unique<Impl>(Impl{asio::posix::stream_descriptor(executor), path});
  boost::system::error_code ec;
  impl->socket.assign(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0), ec);
  if (ec) return Error(ErrorKind::unavailable, "listening on " + path + ": " + ec.message());
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Async<Descriptor> Listener::accept() {
  for (;;) {
    auto const [ec] = co_await impl_->socket.async_wait(
        asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable)
    );
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    if (ec) co_return Error(ErrorKind::unavailable, "accepting: " + ec.message());
    Descriptor peer(
        ::accept4(impl_->socket.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)
    );
    if (peer.get() >= 0) co_return std::move(peer);
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
      co_return failed("accepting on", impl_->path);
    }
  }
}

Result<Descriptor> connect_unix(const std::string& path) {
  DAVIT_TRY(auto const address, address_of(path));
  auto socket = make_socket();
  if (socket.get() < 0) return failed("opening", path);
  if (::connect(socket.get(), as_general(address), sizeof address) != 0) {
    return failed("connecting to", path);
  }
  return socket;
}

}  // namespace davit
