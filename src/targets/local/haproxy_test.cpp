// Against the real HAProxy.
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "async/loop.h"
#include "targets/local/balancer.h"
#include "targets/local/haproxy_process.h"
#include "targets/local/runtime_socket.h"

namespace davit::local {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    auto const count = ::send(fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

std::size_t length_in(const std::string& head) {
  auto const place = head.find("ontent-");
  if (place == std::string::npos) return 0;
  for (auto const* name : {"content-length: ", "Content-Length: "}) {
    auto const found = head.find(name);
    if (found != std::string::npos) return std::strtoul(head.c_str() + found + 16, nullptr, 10);
  }
  return 0;
}

// One message, with a body of the length it says; empty when the other end closed.
std::string read_message(int fd, std::string& rest) {
  std::array<char, 4096> piece{};
  while (true) {
    auto const end = rest.find("\r\n\r\n");
    if (end != std::string::npos) {
      auto const size = end + 4 + length_in(rest.substr(0, end + 2));
      if (rest.size() >= size) {
        auto message = rest.substr(0, size);
        rest.erase(0, size);
        return message;
      }
    }
    auto const count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count <= 0) return {};
    rest.append(piece.data(), static_cast<std::size_t>(count));
  }
}

// A task: it answers with its name and the path, /stream with an event each 20 ms until it goes.
class FakeTask {
 public:
  explicit FakeTask(std::string name) : name_(std::move(name)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(fd_, raw, size), 0);
    EXPECT_EQ(::listen(fd_, 128), 0);
    EXPECT_EQ(::getsockname(fd_, raw, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~FakeTask() { close(); }

  void close() {
    if (is_closing_.exchange(true)) return;
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
    while (running_ > 0) std::this_thread::sleep_for(1ms);
  }
  std::uint16_t port() const { return port_; }

 private:
  void accept_all() {
    while (true) {
      auto const fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++running_;
      std::thread([this, fd] {
        serve(fd);
        --running_;
      }).detach();
    }
  }
  void serve(int fd) {
    timeval const limit{.tv_sec = 0, .tv_usec = 200'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string rest;
    auto const request = read_message(fd, rest);
    auto const from = request.find(' ') + 1;
    auto const path = request.substr(from, request.find(' ', from) - from);
    if (path == "/stream") {
      bool more = write_all(
          fd,
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
          "transfer-encoding: chunked\r\n\r\n"
      );
      while (more && !is_closing_) {
        more = write_all(fd, "8\r\ndata: x\n\r\n");
        std::this_thread::sleep_for(20ms);
      }
    } else if (!request.empty()) {
      auto const body = name_ + " " + path;
      auto const status = path == "/fail" ? "500 Wrong" : "200 OK";
      write_all(
          fd,
          std::string("HTTP/1.1 ") + status + "\r\nserver: fake\r\ncontent-length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body
      );
    }
    ::shutdown(fd, SHUT_WR);
    std::array<char, 256> piece{};
    while (!is_closing_ && ::recv(fd, piece.data(), piece.size(), 0) > 0) continue;
    ::close(fd);
  }

  std::string name_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_closing_{false};
  std::thread thread_;
  std::atomic<int> running_{0};
};

class Connection {
 public:
  explicit Connection(std::uint16_t port) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval const limit{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    auto const address = loopback(port);
    is_open_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return is_open_; }
  bool send(const std::string& path, const std::string& method = "POST") {
    auto const* const body = method == "POST" ? "content-length: 2\r\n\r\n{}" : "\r\n";
    return write_all(fd_, method + " " + path + " HTTP/1.1\r\nhost: mcp.test\r\n" + body);
  }
  std::string ask(const std::string& path) {
    if (!is_open_ || !send(path)) return {};
    auto answer = read_message(fd_, rest_);
    if (answer.empty() || answer.find("connection: close") != std::string::npos) is_open_ = false;
    return answer;
  }
  std::size_t read_some() {
    std::array<char, 4096> piece{};
    auto const count = ::recv(fd_, piece.data(), piece.size(), 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

 private:
  int fd_ = -1;
  bool is_open_ = false;
  std::string rest_;
};

std::string body_of(const std::string& answer) {
  auto const end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

// Clients that ask over kept connections, and come back only when they are told to.
class Load {
 public:
  Load(std::uint16_t port, int clients) : port_(port) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Load() { stop(); }
  void stop() {
    is_stopping_ = true;
    for (auto& one : threads_) {
      if (one.joinable()) one.join();
    }
  }
  std::atomic<int> requests{0};
  std::mutex mutex;
  std::map<std::string, int> failures;

 private:
  void run() {
    auto connection = std::make_unique<Connection>(port_);
    while (!is_stopping_) {
      if (!connection->is_open()) connection = std::make_unique<Connection>(port_);
      auto const answer = connection->ask("/mcp");
      ++requests;
      if (answer.starts_with("HTTP/1.1 200")) continue;
      std::lock_guard const lock(mutex);
      ++failures[answer.empty() ? "closed" : answer.substr(0, 12)];
    }
  }
  std::uint16_t port_;
  std::atomic<bool> is_stopping_{false};
  std::vector<std::thread> threads_;
};

class Haproxy : public testing::Test {
 protected:
  void SetUp() override {
    auto const program = find_haproxy("haproxy");
    if (!program) GTEST_SKIP() << program.error().message();
    std::string name = "/tmp/davit-balancer-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    options.folder = name;
    options.port = 0;
    options.slots = 8;
    balancer = make();
  }
  void TearDown() override {
    if (!balancer) return;
    EXPECT_TRUE(loop.run(balancer->stop(0ms)));
    EXPECT_FALSE(balancer->is_running());
    balancer.reset();
    EXPECT_TRUE(loop.run(sleep_for(1ms)));
    std::error_code ignored;
    std::filesystem::remove_all(options.folder, ignored);
  }
  std::unique_ptr<Balancer> make() {
    auto made = Balancer::make(loop.executor(), options, {});
    EXPECT_TRUE(made) << made.error().message();
    return made ? *std::move(made) : nullptr;
  }
  static Backend all(std::vector<BalancedTask> tasks) {
    return {.name = "davitd", .check = "/ready", .tasks = std::move(tasks)};
  }
  void start(std::vector<Backend> backends) {
    auto const started = loop.run(balancer->start(std::move(backends)));
    ASSERT_TRUE(started) << started.error().message();
    options.port = balancer->port();
  }
  void apply(std::vector<Backend> backends) {
    auto const applied = loop.run(balancer->apply(std::move(backends)));
    ASSERT_TRUE(applied) << applied.error().message();
  }
  std::string ask(const std::string& path) { return Connection(balancer->port()).ask(path); }
  std::map<std::string, Balancer::Seen> look() {
    auto const seen = loop.run(balancer->look());
    EXPECT_TRUE(seen);
    return seen ? *seen : std::map<std::string, Balancer::Seen>{};
  }

  Loop loop;
  BalancerOptions options;
  std::unique_ptr<Balancer> balancer;
  FakeTask one{"one"};
  FakeTask two{"two"};
  FakeTask three{"three"};
};

TEST_F(Haproxy, ShiftsTrafficWithoutAFailedRequest) {
  start({all({{"one", "blue", one.port(), 1}})});
  Load load(balancer->port(), 4);
  for (int percent : {10, 50, 90, 0, 100}) {
    std::vector<BalancedTask> tasks{
        {"one", "blue", one.port(), 0}, {"two", "green", two.port(), 0}
    };
    set_weights(tasks, "green", percent);
    apply({all(tasks)});
    auto const seen = look();
    EXPECT_EQ(seen.at("one").weight, tasks[0].weight);
    EXPECT_EQ(seen.at("two").weight, tasks[1].weight);
    ASSERT_TRUE(loop.run(sleep_for(50ms)));
  }
  apply({all({{"two", "green", two.port(), 1}})});
  one.close();
  ASSERT_TRUE(loop.run(sleep_for(100ms)));
  load.stop();
  EXPECT_GT(load.requests, 200);
  EXPECT_TRUE(load.failures.empty()) << testing::PrintToString(load.failures);
  EXPECT_EQ(body_of(ask("/x")), "two /x");
}

TEST_F(Haproxy, GivesEachSideItsShare) {
  for (int percent : {5, 33}) {
    std::vector<BalancedTask> tasks{
        {"one", "blue", one.port(), 0},
        {"two", "blue", two.port(), 0},
        {"three", "green", three.port(), 0},
    };
    set_weights(tasks, "green", percent);
    if (!balancer->is_running()) start({all(tasks)});
    apply({all(tasks)});
    constexpr int kRequests = 2'000;
    int green = 0;
    Connection connection(balancer->port());
    for (int i = 0; i < kRequests; ++i)
      green += body_of(connection.ask("/x")) == "three /x" ? 1 : 0;
    EXPECT_NEAR(100.0 * green / kRequests, percent, 2);
  }
}

TEST_F(Haproxy, LeavesAStreamAloneWhenItsTaskDrains) {
  start({all({{"one", "blue", one.port(), 1}})});
  Connection stream(balancer->port());
  ASSERT_TRUE(stream.send("/stream", "GET"));
  ASSERT_GT(stream.read_some(), 0U);
  apply({all({{"one", "blue", one.port(), 0}, {"two", "green", two.port(), 1}})});
  EXPECT_EQ(look().at("one").sessions, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(body_of(ask("/x")), "two /x");
  for (int i = 0; i < 10; ++i) ASSERT_GT(stream.read_some(), 0U);
}

TEST_F(Haproxy, BeginsAgainWithTheSameWeightsWhenItWasKilled) {
  std::vector<Backend> const backends{
      all({{"one", "blue", one.port(), 3}, {"two", "green", two.port(), 0}})
  };
  start({all({{"one", "blue", one.port(), 1}})});
  apply(backends);
  auto const before = balancer->pid();
  ::kill(before, SIGKILL);
  ASSERT_TRUE(loop.run(with_timeout(balancer->wait(), 5s)));
  EXPECT_FALSE(balancer->is_running());
  auto const refused = loop.run(balancer->apply(backends));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::unavailable);
  start(backends);
  EXPECT_NE(balancer->pid(), before);
  EXPECT_EQ(look().at("one").weight, 3);
  EXPECT_EQ(look().at("two").weight, 0);
  EXPECT_EQ(body_of(ask("/x")), "one /x");
}

TEST_F(Haproxy, ThatHangsIsReplaced) {
  start({all({{"one", "blue", one.port(), 1}})});
  auto const before = balancer->pid();
  ASSERT_EQ(::kill(-before, SIGSTOP), 0) << "master and worker";
  balancer = make();
  start({all({{"one", "blue", one.port(), 1}})});
  EXPECT_NE(balancer->pid(), before);
  EXPECT_EQ(body_of(ask("/mcp")), "one /mcp");
}

TEST_F(Haproxy, IsTakenOverByTheNextBalancer) {
  std::vector<Backend> const backends{
      all({{"one", "blue", one.port(), 3}, {"two", "green", two.port(), 5}})
  };
  start(backends);
  auto const before = balancer->pid();
  Connection stream(balancer->port());
  ASSERT_TRUE(stream.send("/stream", "GET"));
  ASSERT_GT(stream.read_some(), 0U);
  balancer.reset();
  options.port = 0;  // the port is what the running one has
  balancer = make();
  start(backends);
  EXPECT_EQ(balancer->pid(), before);
  EXPECT_EQ(look().at("two").weight, 5);
  for (int i = 0; i < 5; ++i) ASSERT_GT(stream.read_some(), 0U);
}

TEST_F(Haproxy, TakesANewBackendWithoutAFailedRequest) {
  start({all({{"one", "blue", one.port(), 1}})});
  Connection idle(balancer->port());
  ASSERT_EQ(body_of(idle.ask("/x")), "one /x");
  Load load(balancer->port(), 4);
  Backend billing{
      .name = "billing",
      .paths = {"/billing", "/mcp/billing"},
      .check = "/health",
      .rewrite_to = "/rpc",
      .tasks = {{"three", "blue", three.port(), 1}},
  };
  auto const pid = balancer->pid();
  apply({all({{"one", "blue", one.port(), 1}}), billing});
  EXPECT_EQ(balancer->pid(), pid);
  for (auto const* path : {"/billing", "/billing/mcp", "/mcp/billing"})
    EXPECT_EQ(body_of(ask(path)), "three /rpc") << path;
  EXPECT_EQ(body_of(ask("/billing/more")), "three /more");
  EXPECT_EQ(body_of(ask("/billings")), "one /billings");
  // The task that the old worker knows goes away: a connection from before still gets its answer.
  apply({all({{"two", "green", two.port(), 1}}), billing});
  one.close();
  EXPECT_EQ(body_of(idle.ask("/x")), "two /x");
  ASSERT_TRUE(loop.run(sleep_for(100ms)));
  load.stop();
  EXPECT_GT(load.requests, 100);
  EXPECT_TRUE(load.failures.empty()) << testing::PrintToString(load.failures);
}

TEST_F(Haproxy, SaysWhoHasThePort) {
  options.port = one.port();
  auto const other = make();
  auto const started = loop.run(other->start({}));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), ErrorKind::conflict);
  auto const pid = "(pid " + std::to_string(::getpid()) + ")";
  EXPECT_NE(started.error().message().find(pid), std::string::npos) << started.error().message();
}

TEST_F(Haproxy, CountsWhatCameOfEachTasksRequests) {
  start({all({{"one", "blue", one.port(), 1}})});
  for (int i = 0; i < 5; ++i) ask("/x");
  ask("/fail");
  {
    Connection stream(balancer->port());
    ASSERT_TRUE(stream.send("/stream", "GET"));
    ASSERT_GT(stream.read_some(), 0U);
  }
  TaskFigures sum;
  for (int i = 0; i < 100 && sum.requests < 7; ++i) {
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
    auto const figures = balancer->take_figures();
    auto const found = figures.find("one");
    if (found == figures.end()) continue;
    sum.requests += found->second.requests;
    sum.errors_5xx += found->second.errors_5xx;
    auto const& times = found->second.times_ms;
    sum.times_ms.insert(sum.times_ms.end(), times.begin(), times.end());
  }
  EXPECT_EQ(sum.requests, 7);
  EXPECT_EQ(sum.errors_5xx, 1);
  EXPECT_EQ(sum.times_ms.size(), 6U);  // not that of the stream
  EXPECT_TRUE(balancer->take_figures().empty());
}

TEST_F(Haproxy, SendsACrashedTasksRequestsElsewhere) {
  start({all({{"one", "blue", one.port(), 1}, {"two", "blue", two.port(), 1}})});
  one.close();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(body_of(ask("/x")), "two /x");
  for (int i = 0; i < 100 && look().at("one").is_up; ++i) ASSERT_TRUE(loop.run(sleep_for(20ms)));
  EXPECT_FALSE(look().at("one").is_up);
}

TEST_F(Haproxy, ChargesWhatNobodyTookToWhoHasTheTraffic) {
  start({all({{"one", "blue", one.port(), 0}, {"two", "green", two.port(), 1}})});
  two.close();
  for (int i = 0; i < 200 && look().at("two").is_up; ++i) ASSERT_TRUE(loop.run(sleep_for(20ms)));
  ASSERT_FALSE(look().at("two").is_up);
  balancer->take_figures();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask("/x").starts_with("HTTP/1.1 503"));
  std::map<std::string, std::int64_t> errors;
  for (int i = 0; i < 100 && errors["two"] < 3; ++i) {
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
    for (auto const& [task, figures] : balancer->take_figures()) errors[task] += figures.errors_5xx;
  }
  EXPECT_EQ(errors["two"], 3);
  EXPECT_EQ(errors.count("one"), 0U);
}

TEST_F(Haproxy, HasNoTokensInItsEnvironment) {
  ::setenv("OTHER_TOKEN", "of-a-server", 1);
  start({all({{"one", "blue", one.port(), 1}})});
  std::ifstream in("/proc/" + std::to_string(balancer->pid()) + "/environ");
  std::string const environment(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(environment.find("PATH="), environment.npos);
  EXPECT_EQ(environment.find("OTHER_TOKEN"), environment.npos);
}

TEST_F(Haproxy, TakesATaskThatHasNoPageToAsk) {
  start({{.name = "notes", .tasks = {{"one", "blue", one.port(), 1}}}});
  EXPECT_EQ(body_of(ask("/x")), "one /x");
  ASSERT_TRUE(loop.run(sleep_for(600ms)));  // a check later
  EXPECT_TRUE(look().at("one").is_up);
}

TEST_F(Haproxy, KnowsWhatRunsInAWorkerFromBeforeAReload) {
  start({all({{"one", "blue", one.port(), 1}})});
  {
    Connection stream(balancer->port());
    ASSERT_TRUE(stream.send("/stream", "GET"));
    ASSERT_GT(stream.read_some(), 0U);
    Backend const notes{
        .name = "notes", .paths = {"/notes"}, .tasks = {{"two", "blue", two.port(), 1}}
    };
    // A slot of another number, too: the port says who it is.
    apply({all({{"three", "green", three.port(), 1}, {"one", "blue", one.port(), 0}}), notes});
    EXPECT_EQ(look().at("one").sessions, 1);
    EXPECT_EQ(look().at("three").sessions, 0);
    ASSERT_GT(stream.read_some(), 0U);
  }
  for (int i = 0; i < 100 && look().at("one").sessions > 0; ++i)
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
  EXPECT_EQ(look().at("one").sessions, 0);
}

TEST_F(Haproxy, SaysThatNoTaskIsThere) {
  start({all({{"one", "blue", one.port(), 0}})});
  auto const answer = ask("/x");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
  EXPECT_NE(answer.find("retry-after: 1"), std::string::npos) << answer;
  EXPECT_NE(body_of(answer).find("\"jsonrpc\":\"2.0\""), std::string::npos) << answer;
  apply({all({{"one", "blue", one.port(), 1}})});
  auto const good = ask("/x");
  EXPECT_EQ(body_of(good), "one /x");
  EXPECT_EQ(good.find("server:"), std::string::npos) << good;
}

// Somebody else, or a HAProxy that ends just now, behind the runtime socket.
class StrangeSocket {
 public:
  StrangeSocket(const std::string& path, std::string answer) : answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::unlink(path.c_str());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    thread_ = std::thread([this] {
      for (int fd = 0; (fd = ::accept(fd_, nullptr, nullptr)) >= 0; ::close(fd)) {
        std::array<char, 4096> piece{};
        if (::recv(fd, piece.data(), piece.size(), 0) > 0) write_all(fd, answer_);
      }
    });
  }
  ~StrangeSocket() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }

 private:
  std::string answer_;
  int fd_ = -1;
  std::thread thread_;
};

TEST_F(Haproxy, DoesNotBelieveAStrangeAnswer) {
  start({all({{"one", "blue", one.port(), 1}})});
  auto const socket = (options.folder / "admin.sock").string();
  for (std::string const answer : {"", "garbage\n", "# pxname,svname,scur,status,weight\ndav"}) {
    StrangeSocket const strange(socket, answer);
    auto const seen = loop.run(balancer->look());
    ASSERT_FALSE(seen) << answer;
    EXPECT_EQ(seen.error().kind(), ErrorKind::protocol);
    EXPECT_FALSE(loop.run(balancer->apply({all({{"two", "green", two.port(), 1}})})));
  }
  // And what stood there goes on.
  EXPECT_EQ(body_of(ask("/x")), "one /x");
}

}  // namespace
}  // namespace davit::local
