#include "async/socket.h"

#include <array>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "support/child.h"
#include "support/raw_http.h"

namespace davit {
namespace {

using namespace std::chrono_literals;
using testing::RawServer;
using testing::RawSocket;

constexpr auto kLong = 20s;

// Says back what it hears, up to the end.
void echo(RawSocket& client) {
  while (auto byte = client.read_exactly(1)) client.send(*byte);
}

Async<std::string> read_text(Socket& socket, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::array<char, 4096> buffer{};
    DAVIT_CO_TRY(auto const count, co_await socket.read_some(buffer));
    if (count == 0) break;
    text.append(buffer.data(), count);
  }
  co_return text;
}

Async<std::string> say(std::string host, std::uint16_t port, std::string text) {
  Socket socket(co_await boost::asio::this_coro::executor);
  DAVIT_CO_CHECK(co_await socket.connect_tcp(std::move(host), port, kLong));
  DAVIT_CO_CHECK(co_await socket.write_all(text));
  co_return co_await read_text(socket, text.size());
}

TEST(Socket, TalksOverTcp) {
  RawServer server(echo);
  EXPECT_EQ(Loop().run(say("127.0.0.1", server.port(), "hello")).value_or(""), "hello");
}

TEST(Socket, ResolvesANameAndTriesItsAddresses) {
  RawServer server(echo);  // on 127.0.0.1 only, while localhost may be ::1 first
  EXPECT_EQ(Loop().run(say("localhost", server.port(), "hello")).value_or(""), "hello");
}

TEST(Socket, SaysThatANameHasNoAddress) {
  auto const said = Loop().run(say("no-such-host.invalid", 1, "hello"));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().kind(), ErrorKind::unavailable);
  EXPECT_NE(said.error().message().find("no-such-host.invalid"), std::string::npos);
}

TEST(Socket, SaysThatNobodyListens) {
  auto const said = Loop().run(say("127.0.0.1", testing::free_port(), "hello"));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().kind(), ErrorKind::unavailable);
}

// A server that never accepts: once its queue is full, the kernel drops what else comes.
class FullListener {
 public:
  FullListener() {
    socklen_t size = sizeof address_;
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const address = reinterpret_cast<sockaddr*>(&address_);
    ::bind(listening_, address, size);
    ::listen(listening_, 0);
    ::getsockname(listening_, address, &size);
    for (int& client : clients_) {
      client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(client, address, size);
    }
  }
  ~FullListener() {
    for (int const client : clients_) ::close(client);
    ::close(listening_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  std::uint16_t port() const { return ntohs(address_.sin_port); }

 private:
  sockaddr_in address_{};
  int listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::array<int, 4> clients_{};
};

Async<> connect_only(std::uint16_t port, Duration limit) {
  Socket socket(co_await boost::asio::this_coro::executor);
  co_return co_await socket.connect_tcp("127.0.0.1", port, limit);
}

TEST(Socket, ConnectEndsWithinItsLimit) {
  FullListener const listener;
  auto const connected = Loop().run(connect_only(listener.port(), 50ms));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().kind(), ErrorKind::timeout);
}

Async<> keep_result(Async<std::string> op, Result<std::string>& kept) {
  kept = co_await std::move(op);
  co_return Result<>();
}

// Reads from a server that says nothing, until `end` does something about it.
Async<std::string> read_until(std::uint16_t port, void (*end)(Socket&, Task&)) {
  auto const executor = co_await boost::asio::this_coro::executor;
  Socket socket(executor);
  DAVIT_CO_CHECK(co_await socket.connect_tcp("127.0.0.1", port, kLong));
  TaskScope scope(executor, log::Logger());
  Result<std::string> kept = "nothing";
  auto reading = scope.spawn("reads", keep_result(read_text(socket, 1), kept));
  DAVIT_CO_CHECK(co_await sleep_for(1ms));
  end(socket, reading);
  DAVIT_CO_CHECK(co_await scope.join());
  co_return kept;
}

TEST(Socket, CloseEndsAReadThatWaits) {
  RawServer server(echo);
  auto const read = Loop().run(read_until(server.port(), [](Socket& socket, Task&) {
    socket.close();
    socket.close();
  }));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::unavailable);
}

TEST(Socket, ACancelledReadSaysSo) {
  RawServer server(echo);
  auto const read =
      Loop().run(read_until(server.port(), [](Socket&, Task& reading) { reading.cancel(); }));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::cancelled);
}

TEST(Socket, TheEndOfThePeerIsNoError) {
  RawServer server([](RawSocket& client) {
    if (client.read_exactly(8)) client.send("bye");
  });
  EXPECT_EQ(Loop().run(say("127.0.0.1", server.port(), "question")).value_or("error"), "bye");
}

// Fills every buffer between the two ends before the peer reads.
Async<std::string> write_much(std::uint16_t port, std::size_t size) {
  Socket socket(co_await boost::asio::this_coro::executor);
  DAVIT_CO_CHECK(co_await socket.connect_tcp("127.0.0.1", port, kLong));
  DAVIT_CO_CHECK(co_await socket.write_all(std::string(size, 'x')));
  co_return co_await read_text(socket, 4);
}

TEST(Socket, WriteAllWritesAll) {
  constexpr std::size_t kSize = 8U << 20U;
  RawServer server([](RawSocket& client) {
    if (client.read_exactly(kSize)) client.send("done");
  });
  EXPECT_EQ(Loop().run(write_much(server.port(), kSize)).value_or(""), "done");
}

Async<std::string> connect_to_path(std::string path) {
  Socket socket(co_await boost::asio::this_coro::executor);
  DAVIT_CO_CHECK(co_await socket.connect_unix(std::move(path), kLong));
  co_return co_await read_text(socket, 5);
}

TEST(Socket, TalksOverAUnixSocket) {
  testing::TemporaryDirectory const directory;
  auto const path = (directory.path() / "test.sock").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  int const listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  std::thread server([listening] {
    auto client = RawSocket::adopt(::accept(listening, nullptr, nullptr));
    client.send("hello");
  });
  EXPECT_EQ(Loop().run(connect_to_path(path)).value_or(""), "hello");
  server.join();
  ::close(listening);
}

TEST(Socket, RefusesAPathThatNoUnixSocketCanHave) {
  for (auto const& path : {std::string(), std::string(200, 'x')}) {
    EXPECT_EQ(Loop().run(connect_to_path(path)).error().kind(), ErrorKind::invalid_input);
  }
}

}  // namespace
}  // namespace davit
