#include "http/server.h"

#include <list>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "http/connection.h"

namespace davit::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kTick{250};
// Of a connection, in the kernel: it would take megabytes for a client that does not read, past our
// own bounds and counters. What is under way to the client does not count, so that a long line
// still fills (tcp(7), TCP_NOTSENT_LOWAT).
constexpr int kMaxUnsentBytes = 128 * 1024;

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";

// RFC 9110, 5.6.7: always in English, always GMT.
std::string http_date(std::chrono::system_clock::time_point now) {
  return fmt::format(
      "{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::to_time_t(now))
  );
}

Error bind_error(const ServerOptions& options, const boost::system::error_code& ec) {
  auto const what = fmt::format("cannot listen on {}:{}", options.host, options.port);
  if (ec == asio::error::address_in_use) {
    return Error(ErrorKind::conflict, what + ": the port is in use; choose another one");
  }
  return Error(ErrorKind::unavailable, what + ": " + ec.message());
}

}  // namespace

struct Server::Impl {
  Impl(Executor executor, ServerOptions options, Handler& handler, Counters& counters, log::Logger logger)
      : context{
            executor,
            std::move(options),
            handler,
            counters,
            logger,
            counters.at("davit_http_requests_total"),
            counters.at("davit_http_streams"),
            counters.at("davit_http_streams_dropped_total", "reason=\"slow_reader\""),
            counters.at("davit_http_drained_total"),
            {},
            {},
        },
        acceptor(executor),
        connection_count(counters.at("davit_http_connections")),
        queue_bytes(counters.at("davit_http_stream_queue_bytes")),
        connection_scope(executor, logger),
        service_scope(executor, std::move(logger)) {
    update_time();
  }

  void update_time() {
    context.now = std::chrono::steady_clock::now();
    context.date = http_date(std::chrono::system_clock::now());
  }

  Result<> bind() {
    auto const& options = context.options;
    if (options.tls) {
      DAVIT_TRY(tls, TlsContext::load(*options.tls));
    }
    boost::system::error_code ec;
    auto const address = asio::ip::make_address(options.host, ec);
    if (ec) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("'{}' is no numeric address to listen on, such as 127.0.0.1", options.host)
      );
    }
    tcp::endpoint const endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) limit_unsent_bytes();
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec) bound_port = acceptor.local_endpoint(ec).port();
    if (ec) return bind_error(options, ec);
    return {};
  }

  // The connections inherit it. Where it is not known, the kernel's own bound is left.
  void limit_unsent_bytes() {
    std::ignore = ::setsockopt(
        acceptor.native_handle(),
        IPPROTO_TCP,
        TCP_NOTSENT_LOWAT,
        &kMaxUnsentBytes,
        sizeof(kMaxUnsentBytes)
    );
  }

  Async<> accept_loop() {
    while (acceptor.is_open()) {
      auto [ec, socket] = co_await acceptor.async_accept(kAsResult);
      if (ec == asio::error::operation_aborted) break;
      if (ec) {
        // Out of descriptors, for example: accepting again at once would only spin.
        context.counters.at("davit_http_rejected_total", "reason=\"cannot_accept\"").add();
        context.logger.warn("cannot accept a connection", {{"error", ec.message()}});
        DAVIT_CO_CHECK(co_await sleep_for(kTick));
        continue;
      }
      admit(std::move(socket));
    }
    co_return Result<>();
  }

  // Those whose handshake is over: closing the listener would reset them, with what they have sent.
  void admit_waiting() {
    boost::system::error_code ec;
    acceptor.non_blocking(true, ec);
    while (!ec) {
      tcp::socket socket(acceptor.get_executor());
      acceptor.accept(socket, ec);
      if (!ec) admit(std::move(socket));
    }
  }

  void admit(tcp::socket socket) {
    if (context.stopping) return;
    boost::system::error_code ec;
    if (connections.size() >= context.options.max_connections) {
      context.counters.at("davit_http_rejected_total", "reason=\"too_many_connections\"").add();
      if (!tls)
        ::send(socket.native_handle(), kFull.data(), kFull.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      return;
    }
    socket.set_option(tcp::no_delay(true), ec);
    auto const remote = socket.remote_endpoint(ec);
    if (ec) return;
    auto stream = tls ? tls->make_stream(std::move(socket)) : make_plain_stream(std::move(socket));
    auto const place = connections.insert(
        connections.end(),
        std::make_shared<Connection>(context, std::move(stream), remote.address().to_string())
    );
    connection_count.set(static_cast<std::int64_t>(connections.size()));
    auto const connection = *place;
    connection->set_task(connection_scope.spawn("connection", serve(connection, place)));
  }

  using Connections = std::list<std::shared_ptr<Connection>>;

  Async<> serve(std::shared_ptr<Connection> connection, Connections::iterator place) {
    auto result = co_await connection->run();
    connections.erase(place);
    connection_count.set(static_cast<std::int64_t>(connections.size()));
    co_return result;
  }

  Async<> tick_loop() {
    for (;;) {
      DAVIT_CO_CHECK(co_await sleep_for(kTick));
      update_time();
      // A tick may end connections, but a connection leaves the list only when its coroutine runs
      // on.
      auto const snapshot = std::vector(connections.begin(), connections.end());
      std::size_t queued = 0;
      for (auto const& connection : snapshot) {
        connection->tick();
        queued += connection->queued_bytes();
      }
      queue_bytes.set(static_cast<std::int64_t>(queued));
    }
  }

  ServerContext context;
  std::unique_ptr<TlsContext> tls;
  tcp::acceptor acceptor;
  std::uint16_t bound_port = 0;
  Counter& connection_count;
  Counter& queue_bytes;
  Connections connections;
  TaskScope connection_scope;
  TaskScope service_scope;
};

Server::Server(
    Executor executor,
    ServerOptions options,
    Handler& handler,
    Counters& counters,
    log::Logger logger
)
    : impl_(
          std::make_shared<Impl>(executor, std::move(options), handler, counters, std::move(logger))
      ) {}
Server::~Server() = default;

Result<> Server::start() {
  DAVIT_CHECK(impl_->bind());
  impl_->service_scope.spawn("accept", impl_->accept_loop());
  impl_->service_scope.spawn("tick", impl_->tick_loop());
  return {};
}

std::uint16_t Server::port() const { return impl_->bound_port; }

void Server::drain() { impl_->context.draining = true; }

Async<> Server::stop(Duration grace) {
  auto const impl = impl_;
  impl->context.draining = true;
  if (impl->acceptor.is_open()) impl->admit_waiting();
  impl->context.stopping = true;
  boost::system::error_code ignored;
  impl->acceptor.close(ignored);
  for (auto const& connection : std::vector(impl->connections.begin(), impl->connections.end())) {
    connection->finish();
  }
  auto ended = co_await with_timeout(impl->connection_scope.join(), grace);
  if (!ended) {
    for (auto const& connection : std::vector(impl->connections.begin(), impl->connections.end())) {
      connection->abort();
    }
    DAVIT_CO_CHECK(co_await impl->connection_scope.join());
  }
  co_return co_await impl->service_scope.stop(Duration::zero());
}

}  // namespace davit::http
