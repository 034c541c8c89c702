// `davit up` as a process, with the real HAProxy in front of tasks that an earlier one has left.
#include "app/local/up.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/client.h"
#include "app/local/view.h"
#include "async/loop.h"
#include "release/journal.h"
#include "support/child.h"
#include "targets/local/detached_process.h"
#include "targets/local/environment.h"
#include "targets/local/files.h"
#include "targets/local/haproxy_process.h"
#include "targets/local/process.h"
#include "targets/local/state.h"
#include "targets/local/version_json.h"

namespace davit::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Somebody else's socket.
class Listener {
 public:
  explicit Listener(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    int const on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  int fd_;
};

class UpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto const port = local::free_port();
    ASSERT_TRUE(port);
    port_ = *port;
    place_.file = (directory_.path() / "davit.yaml").string();
    if (!local::find_haproxy("haproxy")) GTEST_SKIP() << "HAProxy is not installed";
    write_manifest("");
    ASSERT_TRUE(make_folders(place_.folder()));
    http::ClientOptions options;
    options.direct = true;
    client_ = http::make_curl_client(loop_.executor(), options);
  }
  void TearDown() override {
    if (up_ > 0) end(SIGKILL);
    for (auto const pid : task_pids()) ::kill(-pid, SIGKILL);
    if (auto const haproxy = balancer()) haproxy->send_signal(SIGKILL);
  }

  void write_manifest(const std::string& more) {
    std::ofstream(place_.file) << fmt::format(
        "name: mcp\ntarget: local\nauth: none\nlocal: {{port: {}, drain: 20s}}\nservers:\n"
        "  billing:\n    command: [billing]\n    transport: http\n    sessions: stateless\n{}",
        port_,
        more
    );
  }
  void make_version(const std::string& release, std::vector<std::string> flags = {}) {
    local::Service service;
    service.name = "billing";
    service.command = {TEST_TASK, "--port={port}"};
    service.command.insert(service.command.end(), flags.begin(), flags.end());
    service.servers = {"billing"};
    service.mcp_path = "/mcp";
    local::Version const version{release, {service}, ""};
    auto const folder = local::version_folder(place_.folder().root, release);
    ASSERT_TRUE(local::make_folder(folder));
    ASSERT_TRUE(local::write_atomically(folder / "version.json", json::to_text(to_json(version))));
  }
  // What is there after `v1` was released and everything has ended.
  void release_v1(std::vector<std::string> flags = {}) {
    make_version("v1", std::move(flags));
    local::SavedState state;
    state.green = "v1";
    state.percent = 100;
    state.wanted = {{"v1", 100}};
    ASSERT_TRUE(local::save_state(place_.folder().root, state));
  }

  fs::path log() const { return directory_.path() / "up.txt"; }
  std::string said() const {
    std::ifstream file(log());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void start(const std::string& largest_file = "") {
    fs::remove(log());
    local::DetachedCommand command;
    command.arguments = {TEST_UP, place_.file};
    if (!largest_file.empty()) command.arguments.push_back(largest_file);
    command.environment = local::whole_environment();
    command.log = log();
    auto const started = local::start_detached(command);
    ASSERT_TRUE(started) << started.error().message();
    up_ = started->pid;
  }
  // The exit code; minus the signal when one ended it.
  int wait() {
    int status = 0;
    if (!wait_until([&] { return ::waitpid(up_, &status, WNOHANG) == up_; })) return -1000;
    up_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int end(int signal) {
    ::kill(up_, signal);
    return wait();
  }
  bool wait_until(const std::function<bool()>& is_so) {
    for (int i = 0; i < 1'500; ++i) {
      if (is_so()) return true;
      EXPECT_TRUE(loop_.run(sleep_for(10ms)));
    }
    return false;
  }
  bool wait_for_words(std::string_view words) {
    return wait_until([&] { return said().find(words) != std::string::npos; });
  }
  bool wait_for_answer() {
    return wait_until([this] {
      auto const url = fmt::format("http://127.0.0.1:{}/billing/mcp", port_);
      auto const answer = loop_.run(client_->send(http::ClientRequest(http::Method::get, url)));
      return answer && answer->status == 200;
    });
  }
  std::vector<int> task_pids() const {
    std::vector<int> pids;
    auto const state = local::load_state(place_.folder().root);
    if (!state) return pids;
    for (auto const& task : state->tasks) {
      if (local::runs(task.record.pid, task.record.started)) pids.push_back(task.record.pid);
    }
    return pids;
  }
  std::optional<local::HaproxyProcess> balancer() const {
    auto const folder = balancer_folder(place_.folder(), runtime_directory());
    return folder ? local::find_process(*folder) : std::nullopt;
  }

  testing::TemporaryDirectory directory_;
  Loop loop_;
  std::unique_ptr<http::Client> client_;
  Place place_;
  std::uint16_t port_ = 0;
  int up_ = 0;
};

TEST_F(UpTest, ServesWhatServedAndEndsItInGoodOrder) {
  release_v1();
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_EQ(task_pids().size(), 2u);
  EXPECT_EQ(end(SIGINT), 0) << said();
  EXPECT_THAT(said(), HasSubstr("v1 serves, as before"));
  EXPECT_THAT(said(), HasSubstr("\nstopped\n"));
  EXPECT_TRUE(task_pids().empty());
  EXPECT_FALSE(balancer());
}

TEST_F(UpTest, ThatCannotBeginSaysWhyAndLeavesNothingBehind) {
  Listener const somebody(port_);
  release_v1();
  start();
  EXPECT_EQ(wait(), 1);
  auto const reason = fmt::format("davit: port {} is taken by ", port_);
  EXPECT_THAT(said(), HasSubstr(reason));
  EXPECT_THAT(said(), HasSubstr(fmt::format("(pid {})", ::getpid())));
  EXPECT_TRUE(task_pids().empty());
  EXPECT_FALSE(balancer());
}

// The one before was killed, HAProxy with it, and somebody was quick to take its port.
TEST_F(UpTest, ThatCannotBeginLeavesTheTasksThatServeAlone) {
  release_v1();
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  auto const before = task_pids();
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(end(SIGKILL), -SIGKILL);
  balancer()->send_signal(SIGKILL);
  ASSERT_TRUE(wait_until([this] { return local::is_free(port_); }));
  {
    Listener const somebody(port_);
    start();
    EXPECT_EQ(wait(), 1);
    EXPECT_THAT(said(), HasSubstr("is taken by "));
    EXPECT_EQ(task_pids(), before);
  }
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_EQ(task_pids(), before) << "the next one takes them over";
  EXPECT_EQ(end(SIGINT), 0) << said();
}

TEST_F(UpTest, ASecondInterruptEndsEverythingAtOnce) {
  release_v1({"--deaf"});
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  auto const tasks = task_pids();
  ASSERT_EQ(tasks.size(), 2u);
  ::kill(up_, SIGINT);
  ASSERT_TRUE(wait_for_words("Ctrl-C again ends it at once")) << said();
  EXPECT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_EQ(task_pids(), tasks) << "they do not end when they are told to";
  auto const began = std::chrono::steady_clock::now();
  EXPECT_EQ(end(SIGINT), 130) << said();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
  EXPECT_THAT(said(), HasSubstr("ended at once: calls that were running are lost"));
  EXPECT_TRUE(wait_until([this] { return task_pids().empty() && !balancer(); }));
}

TEST_F(UpTest, SaysOnceWhichVariableIsNotSet) {
  ::unsetenv("BILLING_TOKEN");
  write_manifest("    secrets: {TOKEN: \"env:BILLING_TOKEN\"}\n");
  start();
  EXPECT_EQ(wait(), 1);
  EXPECT_EQ(
      said(),
      "davit: server billing: secrets.TOKEN: env:BILLING_TOKEN is not set; export it and run "
      "`davit up` again\n"
  );
}

TEST_F(UpTest, BringsBackWhatServedThoughAVariableOfTheManifestIsNotSet) {
  ::unsetenv("BILLING_TOKEN");
  write_manifest("    secrets: {TOKEN: \"env:BILLING_TOKEN\"}\n");
  release_v1();
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_EQ(end(SIGINT), 0) << said();
  EXPECT_THAT(said(), HasSubstr("note: server billing: secrets.TOKEN: env:BILLING_TOKEN is not "));

  std::ofstream(place_.folder().root / "state.json") << "nonsense";
  start();
  EXPECT_EQ(wait(), 1);
  EXPECT_THAT(said(), HasSubstr("state.json cannot be read"));
  EXPECT_THAT(said(), Not(HasSubstr("BILLING_TOKEN")));
}

TEST_F(UpTest, EndsWhatAnEarlierReleaseLeftBehind) {
  release_v1();
  make_version("v0");
  auto const root = place_.folder().root;
  auto state = *local::load_state(root);
  state.wanted["v0"] = 100;
  ASSERT_TRUE(local::save_state(root, state));
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  EXPECT_THAT(said(), HasSubstr("v0 has tasks and no traffic"));
  EXPECT_TRUE(wait_until([&] {
    auto const now = local::load_state(root);
    return now && now->tasks.size() == 2 && !now->wanted.contains("v0");
  }));
  EXPECT_EQ(task_pids().size(), 2u);
  EXPECT_EQ(end(SIGINT), 0) << said();
}

TEST_F(UpTest, ASecondSigtermChangesNothing) {
  release_v1({"--deaf"});
  start();
  ASSERT_TRUE(wait_for_answer()) << said();
  auto const tasks = task_pids();
  ASSERT_EQ(tasks.size(), 2u);
  ::kill(up_, SIGTERM);
  ASSERT_TRUE(wait_for_words("; Ctrl-C ends it at once")) << said();
  ::kill(up_, SIGTERM);
  EXPECT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_EQ(task_pids(), tasks);
  EXPECT_EQ(::waitpid(up_, nullptr, WNOHANG), 0) << said();
  EXPECT_EQ(end(SIGINT), 130) << said();
}

// The disk has no room for the journal, so that nothing of the release can be done any more.
TEST_F(UpTest, KeepsWhatServesWhenItCannotGoOnWithARelease) {
  constexpr std::size_t kLargestFile = 200'000;
  release_v1();
  {
    auto journal =
        release::Journal::create(place_.folder().journals(), {.release = "v2", .previous = "v1"});
    ASSERT_TRUE(journal) << journal.error().message();
    rollout::State state;
    state.plan.release = "v2";
    state.plan.previous = "v1";
    state.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    state.stage = rollout::Stage::starting;
    ASSERT_TRUE(journal->write({.now = {}}, state));
    json::Object const note{{"text", std::string(kLargestFile, '.')}};
    ASSERT_TRUE(journal->note({}, "hook", note));
  }
  start(std::to_string(kLargestFile));
  ASSERT_TRUE(wait_for_words("v2 stands at `starting`, and nobody goes on with it")) << said();
  ASSERT_TRUE(wait_for_answer()) << said();

  auto const answer = ask_supervisor(place_, make_request("status", place_), {}, 5s);
  ASSERT_TRUE(answer) << answer.error().message();
  auto const view = view_from_json(*answer);
  ASSERT_TRUE(view) << view.error().message();
  EXPECT_EQ(view->status.serving, "v1");
  EXPECT_THAT(view->note, HasSubstr("v2 stands at `starting`"));
  EXPECT_THAT(view->note, HasSubstr("`davit rollback` ends it"));

  auto const tasks = task_pids();
  ASSERT_EQ(tasks.size(), 2u);
  ::kill(tasks[0], SIGKILL);
  EXPECT_TRUE(wait_for_words("is started again")) << "nobody watches them: " << said();
  ASSERT_TRUE(wait_until([this] { return task_pids().size() == 2; }));
  EXPECT_EQ(end(SIGINT), 0);
  auto const words = said();
  auto const first = words.find("nobody goes on with it");
  EXPECT_EQ(words.find("nobody goes on with it", first + 1), std::string::npos) << words;
}

}  // namespace
}  // namespace davit::app
