#include "support/test_server.h"

#include <future>
#include <thread>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "async/event.h"
#include "async/loop.h"

namespace davit::testing {
namespace {

class Lines final : public log::Sink {
 public:
  void write(log::Level, std::string_view line) override { text += line; }
  std::string text;
};

class FunctionHandler final : public http::Handler {
 public:
  explicit FunctionHandler(TestServer::Handle handle) : handle_(std::move(handle)) {}
  Async<http::Response> handle(http::Request request) override {
    return handle_(std::move(request));
  }

 private:
  TestServer::Handle handle_;
};

}  // namespace

struct TestServer::Impl {
  Impl(Handle handle, http::ServerOptions options)
      : handler(std::move(handle)),
        is_tls(options.tls.has_value()),
        stop_wanted(loop.executor()),
        server(
            loop.executor(),
            std::move(options),
            handler,
            counters,
            log::Logger(log::Level::debug, lines, clock)
        ) {}

  // Ends when the server has stopped.
  Async<> serve() {
    auto started = server.start();
    if (!started) fmt::print(stderr, "test server: {}\n", started.error().message());
    ready.set_value();
    DAVIT_CO_CHECK(std::move(started));
    while (!grace) DAVIT_CO_CHECK(co_await stop_wanted.wait());
    co_return co_await server.stop(*grace);
  }

  SystemClock clock;
  Lines lines;
  Counters counters;
  Loop loop;
  FunctionHandler handler;
  bool is_tls;
  Event stop_wanted;
  std::optional<Duration> grace;
  http::Server server;
  std::promise<void> ready;
  std::thread thread;
};

TestServer::TestServer(Handle handle, http::ServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(handle), std::move(options))) {
  impl_->thread = std::thread([impl = impl_.get()] { (void)impl->loop.run(impl->serve()); });
  impl_->ready.get_future().wait();
}

TestServer::~TestServer() {  // NOLINT(bugprone-exception-escape): then the test ends, and rightly
  begin_stop(Duration::zero());
  wait_until_stopped();
}

std::uint16_t TestServer::port() const { return impl_->server.port(); }

std::string TestServer::url(std::string_view path) const {
  return fmt::format("{}://127.0.0.1:{}{}", impl_->is_tls ? "https" : "http", port(), path);
}

void TestServer::on_loop(const std::function<void()>& work) {
  if (!impl_->thread.joinable()) return work();
  std::promise<void> done;
  boost::asio::post(impl_->loop.executor(), [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

std::int64_t TestServer::count(std::string_view name, std::string_view label) {
  std::int64_t value = 0;
  on_loop([&] { value = impl_->counters.at(name, label).value(); });
  return value;
}

std::int64_t TestServer::rejected(std::string_view reason) {
  return count("davit_http_rejected_total", fmt::format("reason=\"{}\"", reason));
}

std::string TestServer::log() {
  std::string text;
  on_loop([&] { text = impl_->lines.text; });
  return text;
}

void TestServer::begin_stop(Duration grace) {
  if (!impl_->thread.joinable()) return;
  // Not on_loop: the loop may have ended by itself when the server did not start.
  boost::asio::post(impl_->loop.executor(), [impl = impl_.get(), grace] {
    if (!impl->grace) impl->grace = grace;
    impl->stop_wanted.notify();
  });
}

void TestServer::wait_until_stopped() {
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace davit::testing
