#include "async/socket.h"

#include <sys/un.h>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "async/event.h"

namespace davit {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;
using asio::ip::tcp;
using Endpoints = std::vector<tcp::endpoint>;

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

Async<> outcome_of(boost::system::error_code ec) {
  if (!ec) co_return Result<>();
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  if (ec == asio::error::operation_aborted) {
    co_return Error(ErrorKind::unavailable, "the connection was closed");
  }
  co_return Error(ErrorKind::unavailable, ec.message());
}

// getaddrinfo cannot be interrupted: who does not want to wait any longer leaves it behind.
struct Lookup {
  explicit Lookup(const Executor& executor) : resolver(executor), done(executor) {}
  tcp::resolver resolver;
  Event done;
  bool is_done = false;
  boost::system::error_code error;
  Endpoints found;
};

Async<Endpoints> resolve(std::string host, std::uint16_t port) {
  boost::system::error_code no_address;
  auto const address = asio::ip::make_address(host, no_address);
  if (!no_address) co_return Endpoints{tcp::endpoint(address, port)};

  auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
  auto on_done = [lookup](boost::system::error_code ec, const tcp::resolver::results_type& all) {
    lookup->is_done = true;
    lookup->error = ec;
    for (auto const& one : all) lookup->found.push_back(one.endpoint());
    lookup->done.notify();
  };
  lookup->resolver.async_resolve(host, std::to_string(port), std::move(on_done));
  while (!lookup->is_done) DAVIT_CO_CHECK(co_await lookup->done.wait());
  if (lookup->error) {
    co_return Error(
        ErrorKind::unavailable, fmt::format("no address of {}: {}", host, lookup->error.message())
    );
  }
  co_return std::move(lookup->found);
}

}  // namespace

struct Socket::Impl {
  explicit Impl(const Executor& executor) : socket(executor) {}

  Async<> connect(stream_protocol::endpoint endpoint) {
    auto const [ec] = co_await socket.async_connect(endpoint, kAsResult);
    co_return co_await outcome_of(ec);
  }

  Async<> connect(std::string host, std::uint16_t port) {
    DAVIT_CO_TRY(auto const endpoints, co_await resolve(std::move(host), port));
    Result<> outcome = Error(ErrorKind::unavailable, "the name has no address");
    for (auto const& endpoint : endpoints) {
      outcome = co_await connect(endpoint);
      if (outcome || co_await is_cancelled()) break;
      close();
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    co_return outcome;
  }

  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  stream_protocol::socket socket;
};

Socket::Socket(Executor executor) : impl_(std::make_unique<Impl>(executor)) {}
Socket::~Socket() = default;

Async<> Socket::connect_tcp(std::string host, std::uint16_t port, Duration limit) {
  return with_timeout(impl_->connect(std::move(host), port), limit);
}

Async<> Socket::connect_unix(std::string path, Duration limit) {
  if (path.empty() || path.size() >= sizeof sockaddr_un::sun_path) {
    co_return Error(ErrorKind::invalid_input, "no path of a Unix socket: " + path);
  }
  asio::local::stream_protocol::endpoint const endpoint(path);
  co_return co_await with_timeout(impl_->connect(endpoint), limit);
}

Async<std::size_t> Socket::read_some(std::span<char> into) {
  auto const [ec, size] =
      co_await impl_->socket.async_read_some(asio::buffer(into.data(), into.size()), kAsResult);
  if (ec == asio::error::eof) co_return 0U;
  DAVIT_CO_CHECK(co_await outcome_of(ec));
  co_return size;
}

Async<> Socket::write_all(std::string bytes) {
  auto const [ec, size] = co_await asio::async_write(impl_->socket, asio::buffer(bytes), kAsResult);
  co_return co_await outcome_of(ec);
}

void Socket::close() { impl_->close(); }

}  // namespace davit
