// The real HAProxy that was killed, hangs, or talks nonsense.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "async/task_scope.h"
#include "support/no_descriptors.h"
#include "targets/local/haproxy_fixture.h"
#include "targets/local/ports.h"

namespace davit::local {
namespace {

// Three attempts take 0.7 s.
constexpr Liveness kImpatient{.between = 100ms, .limit = 150ms, .attempts = 3};

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

TEST_F(Haproxy, ThatHangsIsReplacedByTheNextBalancer) {
  start({all({{"one", "blue", one.port(), 1}})});
  auto const before = balancer->pid();
  freeze(processes());
  options.liveness = kImpatient;
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

TEST_F(Haproxy, ThatHangsEndsAndIsStartedAgain) {
  options.liveness = kImpatient;
  balancer = make();
  std::vector<Backend> const backends{
      all({{"one", "blue", one.port(), 3}, {"two", "green", two.port(), 0}})
  };
  start(backends);
  auto const before = balancer->pid();
  freeze(processes());
  ASSERT_TRUE(loop.run(with_timeout(balancer->wait(), 5s)));
  EXPECT_FALSE(balancer->is_running());
  start(backends);
  EXPECT_NE(balancer->pid(), before);
  EXPECT_EQ(look().at("one").weight, 3);
  EXPECT_EQ(look().at("two").weight, 0);
  EXPECT_EQ(body_of(ask("/mcp")), "one /mcp");
  EXPECT_EQ(
      balancer->trouble(), fmt::format("was started after process {} hung and was killed", before)
  );
}

// Only what a user notices counts: nobody serves while the worker hangs.
TEST_F(Haproxy, WhoseWorkerHangsEnds) {
  options.liveness = kImpatient;
  balancer = make();
  start({all({{"one", "blue", one.port(), 1}})});
  freeze(workers_of(balancer->pid()));
  ASSERT_TRUE(loop.run(with_timeout(balancer->wait(), 5s)));
  EXPECT_FALSE(balancer->is_running());
  start({all({{"one", "blue", one.port(), 1}})});
  EXPECT_EQ(body_of(ask("/mcp")), "one /mcp");
}

// Others take nothing new when their master is killed; one that hangs keeps the port.
TEST_F(Haproxy, WhoseWorkerHangsWithoutItsMasterIsReplaced) {
  start({all({{"one", "blue", one.port(), 1}})});
  auto const before = balancer->pid();
  auto const workers = workers_of(before);
  ASSERT_FALSE(workers.empty());
  freeze(workers);
  ::kill(before, SIGKILL);
  ASSERT_TRUE(loop.run(with_timeout(balancer->wait(), 5s)));
  EXPECT_EQ(find_orphans(options.folder), workers);
  balancer = make();
  start({all({{"one", "blue", one.port(), 1}})});
  EXPECT_NE(balancer->pid(), before);
  EXPECT_TRUE(find_orphans(options.folder).empty());
  EXPECT_EQ(body_of(ask("/mcp")), "one /mcp");
}

TEST_F(Haproxy, WhoseWorkerHangsWithoutItsMasterIsStopped) {
  start({all({{"one", "blue", one.port(), 1}})});
  auto const workers = workers_of(balancer->pid());
  freeze(workers);
  ::kill(balancer->pid(), SIGKILL);
  ASSERT_TRUE(loop.run(with_timeout(balancer->wait(), 5s)));
  EXPECT_EQ(find_orphans(options.folder), workers);
  ASSERT_TRUE(loop.run(balancer->stop(300ms)));
  for (int i = 0; i < 100 && !find_orphans(options.folder).empty(); ++i)
    ASSERT_TRUE(loop.run(sleep_for(10ms)));
  EXPECT_TRUE(find_orphans(options.folder).empty());
}

TEST_F(Haproxy, IsLeftAloneWhileNoDescriptorIsLeftToAskItWith) {
  options.liveness = kImpatient;
  balancer = make();
  // Nobody listens there: a task of this process would need descriptors, and give some back.
  auto const nobody = free_port();
  ASSERT_TRUE(nobody);
  std::vector<Backend> const backends{all({{"one", "blue", *nobody, 1}})};
  start(backends);
  auto const before = balancer->pid();
  {
    testing::NoDescriptors const none;
    auto const ended = loop.run(with_timeout(balancer->wait(), 1'500ms));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind(), ErrorKind::timeout);
    EXPECT_EQ(balancer->trouble(), "");
    EXPECT_FALSE(loop.run(balancer->start(backends)));
    EXPECT_TRUE(balancer->is_running());
  }
  apply(backends);
  EXPECT_EQ(balancer->pid(), before);
}

Async<> stutter(int master) {
  for (int i = 0; i < 4; ++i) {
    ::kill(-master, SIGSTOP);
    DAVIT_CO_CHECK(co_await sleep_for(kImpatient.limit * 2));
    ::kill(-master, SIGCONT);
    DAVIT_CO_CHECK(co_await sleep_for(kImpatient.between * 2));
  }
  co_return Result<>();
}

TEST_F(Haproxy, ThatIsSlowIsLeftAlone) {
  options.liveness = kImpatient;
  balancer = make();
  start({all({{"one", "blue", one.port(), 1}})});
  Connection stream(balancer->port());
  ASSERT_TRUE(stream.send("/stream", "GET"));
  ASSERT_GT(stream.read_some(), 0U);
  auto const before = balancer->pid();
  // Longer than one answer may take, shorter than all attempts.
  TaskScope scope(loop.executor(), log::Logger());
  scope.spawn("stutter", stutter(before));
  auto const ended = loop.run(with_timeout(balancer->wait(), 2s));
  ASSERT_TRUE(loop.run(scope.join()));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::timeout);
  EXPECT_EQ(balancer->pid(), before);
  EXPECT_TRUE(balancer->is_running());
  for (int i = 0; i < 5; ++i) ASSERT_GT(stream.read_some(), 0U);
}

// Calls are under way in it, and it takes new ones.
TEST_F(Haproxy, ThatServesAndOnlyCannotBeToldIsLeftAlone) {
  options.liveness = kImpatient;
  balancer = make();
  start({all({{"one", "blue", one.port(), 1}})});
  ASSERT_TRUE(std::filesystem::remove(options.folder / "admin.sock"));
  ASSERT_FALSE(loop.run(balancer->look()));
  auto const ended = loop.run(with_timeout(balancer->wait(), 2s));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::timeout);
  EXPECT_EQ(balancer->trouble(), "does not answer");
  EXPECT_EQ(body_of(ask("/mcp")), "one /mcp");
  std::map<std::string, TaskFigures> figures;
  for (int i = 0; i < 100 && figures.empty(); ++i) {
    ASSERT_TRUE(loop.run(sleep_for(20ms)));
    figures = balancer->take_figures();
  }
  EXPECT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures["one"].requests, 1) << "how its port was asked is no request";
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
