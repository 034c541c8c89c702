#include "targets/local/task.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "async/loop.h"
#include "base/crypto.h"
#include "support/no_descriptors.h"
#include "targets/local/process.h"

namespace davit::local {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class Tasks : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("davit-task-" + random_id(6));
    fs::create_directories(folder_);
  }
  void TearDown() override {
    for (int const pid : pids_) {
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    fs::remove_all(folder_);
  }

  std::unique_ptr<Task> start(const std::string& script, const manifest::Texts& environment = {}) {
    TaskRecord record;
    record.id = "x-1";
    record.release = "v1";
    record.service = "x";
    auto task = Task::start(loop_.executor(), record, {"sh", "-c", script}, environment, log());
    EXPECT_TRUE(task) << task.error().message();
    if (task) pids_.push_back((*task)->record().pid);
    return task ? *std::move(task) : nullptr;
  }
  // The child of a shell that has ended.
  TaskRecord start_strange() {
    auto const parent = start(
        "setsid sh -c 'echo $$; exec sleep 100' & until [ -s \"$LOG\" ]; do sleep 0.01; done",
        {{"LOG", log().string()}}
    );
    EXPECT_TRUE(loop_.run(with_timeout(parent->wait(), 5s)));
    TaskRecord record;
    record.id = "x-2";
    record.pid = std::stoi(logged());
    auto const stat = read_stat(record.pid);
    EXPECT_TRUE(stat);
    record.started = stat ? stat->started : 0;
    return record;
  }
  fs::path log() const { return folder_ / "x-1.log"; }
  std::string logged() const {
    std::ifstream file(log());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Until the log has it.
  bool wait_for_log(std::string_view text) {
    for (int i = 0; i < 500; ++i) {
      if (logged().find(text) != std::string::npos) return true;
      EXPECT_TRUE(loop_.run(sleep_for(10ms)));
    }
    return false;
  }

  Loop loop_;
  fs::path folder_;
  std::vector<int> pids_;
};

TEST_F(Tasks, WriteBothOutputsToTheEndOfTheLog) {
  {
    std::ofstream(log()) << "before\n";
  }
  auto const task = start("echo out; echo errors >&2; exit 3");
  auto const ended = loop_.run(with_timeout(task->wait(), 5s));
  ASSERT_TRUE(ended);
  ASSERT_TRUE(*ended);
  EXPECT_EQ(to_string(**ended), "exit code 3");
  EXPECT_EQ(logged(), "before\nout\nerrors\n");
  EXPECT_FALSE(task->is_running());
  EXPECT_FALSE(read_stat(task->record().pid)) << "a zombie is left";
}

TEST_F(Tasks, InheritNothingAndHaveASessionOfTheirOwn) {
  int const leak = ::open("/dev/null", O_RDONLY);  // without CLOEXEC
  auto const task = start("ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0");
  ASSERT_TRUE(loop_.run(with_timeout(task->wait(), 5s)));
  ::close(leak);
  EXPECT_EQ(logged(), "0 1 2 3 /dev/null\n");  // ls opens the folder itself as 3
  auto const sleeper = start("sleep 100");
  EXPECT_EQ(::getsid(sleeper->record().pid), sleeper->record().pid);
}

TEST_F(Tasks, RunOnWithoutTheirOwnerAndAreTakenOver) {
  auto record = start("sleep 100")->record();  // the task is gone, its process is not
  ASSERT_TRUE(runs(record.pid, record.started));
  auto adopted = Task::adopt(loop_.executor(), record);
  ASSERT_TRUE(adopted) << adopted.error().message();
  EXPECT_TRUE((*adopted)->is_running());
  auto const ended = loop_.run(with_timeout((*adopted)->stop(5s), 10s));
  ASSERT_TRUE(ended);
  EXPECT_FALSE(runs(record.pid, record.started));

  auto const again = Task::adopt(loop_.executor(), record);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::not_found);
}

TEST_F(Tasks, AreNotMistakenForAnotherProcessWithTheirPid) {
  TaskRecord record;
  record.id = "x-1";
  record.pid = ::getpid();
  record.started = read_stat(::getpid())->started + 1;
  EXPECT_FALSE(Task::adopt(loop_.executor(), record));
  --record.started;
  EXPECT_TRUE(Task::adopt(loop_.executor(), record));
}

// The group of a task whose end nobody told us of: its pid may be a stranger's by now.
TEST_F(Tasks, DoNotTakeTheGroupOfAnotherProcessWithThem) {
  auto const stranger = start("sleep 100")->record();
  kill_group(stranger.pid, stranger.started + 1);
  kill_group(stranger.pid, stranger.started - 1);
  EXPECT_TRUE(runs(stranger.pid, stranger.started));
  kill_group(stranger.pid, stranger.started);
  int status = 0;
  ASSERT_EQ(::waitpid(stranger.pid, &status, 0), stranger.pid);
  EXPECT_TRUE(WIFSIGNALED(status));
}

// Nobody tells us how it ended, but that it did.
TEST_F(Tasks, OfSomebodyElseAreSeenToEnd) {
  auto const record = start_strange();
  auto task = Task::adopt(loop_.executor(), record);
  ASSERT_TRUE(task);
  ::kill(record.pid, SIGKILL);
  auto const ended = loop_.run(with_timeout((*task)->wait(), 5s));
  ASSERT_TRUE(ended) << ended.error().message();
  EXPECT_FALSE(*ended);
}

// /proc cannot be read then, which is no sign that they have ended.
TEST_F(Tasks, OfSomebodyElseRunOnWhileNoDescriptorIsLeft) {
  auto const record = start_strange();
  auto task = Task::adopt(loop_.executor(), record);
  ASSERT_TRUE(task);
  {
    testing::NoDescriptors const none;
    EXPECT_FALSE(read_stat(record.pid));
    EXPECT_TRUE((*task)->is_running());
    EXPECT_TRUE(runs(record.pid, record.started));
    kill_group(record.pid, record.started);
    kill_group(record.pid, record.started + 1);
  }
  EXPECT_FALSE(loop_.run(with_timeout((*task)->wait(), 50ms)));
  ASSERT_EQ(presence_of(record.pid, record.started), Presence::running);
  // One that is known can be ended all the same, and is seen to have.
  testing::NoDescriptors const none;
  auto const ended = loop_.run(with_timeout((*task)->stop(5s), 4s));
  ASSERT_TRUE(ended) << ended.error().message();
  EXPECT_FALSE((*task)->is_running());
}

TEST_F(Tasks, ThatDoNotWantToEndAreKilled) {
  auto const task = start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  ASSERT_TRUE(wait_for_log("ready"));
  auto const ended = loop_.run(with_timeout(task->stop(100ms), 5s));
  ASSERT_TRUE(ended);
  EXPECT_EQ((*ended)->signal, SIGKILL);
}

TEST_F(Tasks, TakeTheirChildrenWithThem) {
  auto const task = start("sleep 100 & echo $!; wait");
  ASSERT_TRUE(wait_for_log("\n"));
  auto const child = std::stoi(logged());
  ::kill(task->record().pid, SIGKILL);
  ASSERT_TRUE(loop_.run(with_timeout(task->wait(), 5s)));
  for (int i = 0; i < 200 && ::kill(child, 0) == 0 && read_stat(child)->state != 'Z'; ++i)
    ASSERT_TRUE(loop_.run(sleep_for(10ms)));
  auto const stat = read_stat(child);
  EXPECT_TRUE(!stat || stat->state == 'Z');
}

TEST_F(Tasks, AreFoundByTheirMark) {
  auto const deployment = random_id(6);
  auto const task = start("sleep 100 & echo ready; wait", {{"DAVIT_TASK", deployment + "/x-7"}});
  ASSERT_TRUE(wait_for_log("ready"));
  auto const found = find_marked(deployment);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "x-7");
  auto const leaders = std::ranges::count(found, true, &MarkedProcess::is_leader);
  EXPECT_EQ(leaders, 1);
  EXPECT_TRUE(find_marked(deployment + "2").empty());
}

// The mark is no secret.
TEST_F(Tasks, OfAnotherUserAreNotOurs) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else, and read everything";
  constexpr uid_t kNobody = 65'534;
  auto const variable = std::string(kTaskVariable) + "=M/x-1";
  auto const pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    char name[] = "sleep";
    char time[] = "30";
    char* const command[] = {name, time, nullptr};
    char* const environment[] = {const_cast<char*>(variable.c_str()), nullptr};
    if (::setsid() < 0 || ::setuid(kNobody) != 0) ::_exit(1);
    ::execve("/bin/sleep", command, environment);
    ::_exit(1);
  }
  pids_.push_back(pid);
  auto const is_theirs = [&] {
    std::ifstream file("/proc/" + std::to_string(pid) + "/environ");
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    return text.find(variable) != std::string::npos;
  };
  for (int i = 0; i < 500 && !is_theirs(); ++i) ASSERT_TRUE(loop_.run(sleep_for(10ms)));
  ASSERT_TRUE(is_theirs());
  EXPECT_TRUE(find_marked("M").empty());
}

TEST_F(Tasks, SayWhyTheyCannotBeStarted) {
  TaskRecord record;
  record.id = "x-1";
  auto const missing = Task::start(loop_.executor(), record, {"no-such-program"}, {}, log());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(
      missing.error().message(), "x-1: cannot start 'no-such-program': No such file or directory"
  );
  auto const unwritable =
      Task::start(loop_.executor(), record, {"true"}, {}, folder_ / "no" / "x.log");
  ASSERT_FALSE(unwritable);
  EXPECT_EQ(unwritable.error().kind(), ErrorKind::unavailable);
}

TEST(TaskRecord, IsReadAsItWasWritten) {
  TaskRecord const record{"x-1", "v1", "x", {4001, 4002, 4003}, 77, 123456789012};
  auto const read = task_from_json(to_json(record));
  ASSERT_TRUE(read);
  EXPECT_EQ(json::to_text(to_json(*read)), json::to_text(to_json(record)));
  EXPECT_FALSE(task_from_json(json::Object{{"id", "x-1"}}));
}

TEST(Ports, AreFreeUntilSomebodyTakesThem) {
  auto const port = free_port();
  ASSERT_TRUE(port);
  EXPECT_GT(*port, 0);
  EXPECT_TRUE(is_free(*port));
  EXPECT_EQ(check_port("localhost", *port).error().kind(), ErrorKind::invalid_input);
  // TEST-NET-1: nobody's.
  EXPECT_EQ(check_port("192.0.2.1", *port).error().kind(), ErrorKind::invalid_input);

  auto const somebody = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(*port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(somebody, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(somebody, 1), 0);
  EXPECT_FALSE(is_free(*port));
  EXPECT_EQ(check_port("0.0.0.0", *port).error().kind(), ErrorKind::conflict);
  ::close(somebody);
}

}  // namespace
}  // namespace davit::local
