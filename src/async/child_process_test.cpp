#include "async/child_process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "async/lines.h"
#include "async/loop.h"

namespace davit {
namespace {

using namespace std::chrono_literals;

constexpr StopLadder kShort{.after_close = 100ms, .after_term = 100ms};

std::unique_ptr<ChildProcess> shell(
    Loop& loop, const std::string& script, ChildErrors errors = ChildErrors::inherit
) {
  ChildOptions options;
  options.command = {"sh", "-c", script};
  options.errors = errors;
  auto child = ChildProcess::spawn(loop.executor(), std::move(options));
  EXPECT_TRUE(child);
  return child ? *std::move(child) : nullptr;
}

std::string first_line(Loop& loop, int descriptor) {
  LineReader reader(loop.executor(), descriptor, 1000);
  auto const line = loop.run(with_timeout(reader.read(), 10s));
  EXPECT_TRUE(line);
  return line && *line ? (*line)->text : "<nothing>";
}

bool is_zombie_or_running(int pid) { return ::kill(pid, 0) == 0; }

TEST(ChildProcess, ReadsItsInputAndWritesItsOutput) {
  Loop loop;
  auto const child = shell(loop, "cat; exit 3");
  LineWriter writer(loop.executor(), child->input(), 100);
  ASSERT_TRUE(writer.push("hello"));
  writer.close();
  ASSERT_TRUE(loop.run(writer.run()));
  EXPECT_EQ(first_line(loop, child->output()), "hello");
  child->close_input();
  auto const ended = loop.run(child->wait());
  ASSERT_TRUE(ended);
  EXPECT_EQ(to_string(*ended), "exit code 3");
  EXPECT_FALSE(ended->ok());
  EXPECT_FALSE(is_zombie_or_running(child->pid()));
}

TEST(ChildProcess, GivesItsErrorsOnlyToWhomAsksForThem) {
  Loop loop;
  auto const captured = shell(loop, "echo problem >&2", ChildErrors::capture);
  EXPECT_EQ(first_line(loop, captured->errors()), "problem");
  auto const discarded = shell(loop, "echo problem >&2; echo done", ChildErrors::discard);
  EXPECT_EQ(discarded->errors(), -1);
  EXPECT_EQ(first_line(loop, discarded->output()), "done");
}

TEST(ChildProcess, GetsOurEnvironmentAndWhatIsPutInItsPlace) {
  ::setenv("DAVIT_TEST_KEPT", "kept", 1);
  ::setenv("DAVIT_TEST_CHANGED", "old", 1);
  Loop loop;
  ChildOptions options;
  options.command = {"sh", "-c", "echo $DAVIT_TEST_KEPT $DAVIT_TEST_CHANGED $(pwd)"};
  options.environment = {{"DAVIT_TEST_CHANGED", "new"}};
  options.directory = "/";
  auto const child = ChildProcess::spawn(loop.executor(), options);
  ASSERT_TRUE(child);
  EXPECT_EQ(first_line(loop, (*child)->output()), "kept new /");
}

TEST(ChildProcess, InheritsNoDescriptorAndNoIgnoredSignal) {
  std::signal(SIGPIPE, SIG_IGN);
  int const leak = ::open("/dev/null", O_RDONLY);  // without CLOEXEC
  Loop loop;
  auto const child = shell(loop, "ls /proc/self/fd | tr '\\n' ' '; echo; kill -PIPE $$");
  // ls opens the folder itself as 3.
  EXPECT_EQ(first_line(loop, child->output()), "0 1 2 3 ");
  auto const ended = loop.run(child->wait());
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->signal, SIGPIPE);
  ::close(leak);
}

TEST(ChildProcess, SaysWhyACommandCannotBeStarted) {
  Loop loop;
  struct Case {
    std::vector<std::string> command;
    std::string directory;
    ErrorKind kind;
  };
  for (auto const& [command, directory, kind] :
       {Case{{}, "", ErrorKind::invalid_input},
        Case{{"no-such-program-here"}, "", ErrorKind::not_found},
        Case{{"/etc/passwd"}, "", ErrorKind::forbidden},
        Case{{"true"}, "/no/such/folder", ErrorKind::not_found}}) {
    ChildOptions options;
    options.command = command;
    options.directory = directory;
    auto const child = ChildProcess::spawn(loop.executor(), options);
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().kind(), kind) << child.error().message();
  }
}

TEST(ChildProcess, StopsAtTheFirstStepThatIsEnough) {
  Loop loop;
  auto const polite = shell(loop, "cat >/dev/null; exit 5");
  EXPECT_EQ(loop.run(polite->stop())->code, 5);
  auto const deaf = shell(loop, "echo ready; exec sleep 100");
  EXPECT_EQ(first_line(loop, deaf->output()), "ready");
  EXPECT_EQ(loop.run(deaf->stop(kShort))->signal, SIGTERM);
  auto const stubborn = shell(loop, "trap '' TERM; echo ready; while :; do sleep 1; done");
  EXPECT_EQ(first_line(loop, stubborn->output()), "ready");
  EXPECT_EQ(loop.run(stubborn->stop(kShort))->signal, SIGKILL);
  EXPECT_EQ(loop.run(stubborn->stop(kShort))->signal, SIGKILL);  // again: the same answer
}

TEST(ChildProcess, TakesItsOwnChildrenWithIt) {
  Loop loop;
  auto const child = shell(loop, "sleep 100 & echo $!");
  auto const grandchild = std::stoi(first_line(loop, child->output()));
  ASSERT_TRUE(loop.run(child->wait()));
  // It has been killed; whoever adopts it takes note of that in its own time.
  for (int i = 0; i < 500 && is_zombie_or_running(grandchild); ++i) {
    ::waitpid(grandchild, nullptr, WNOHANG);
    ASSERT_TRUE(loop.run(sleep_for(10ms)));
    std::string const path = "/proc/" + std::to_string(grandchild) + "/stat";
    auto* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) break;
    char state = '?';
    EXPECT_EQ(std::fscanf(file, "%*d %*s %c", &state), 1);
    std::fclose(file);
    if (state == 'Z') break;
    ASSERT_LT(i, 499) << state;
  }
}

TEST(ChildProcess, IsKilledWhenNobodyWantsItAnyMore) {
  Loop loop;
  auto child = shell(loop, "exec sleep 100");
  auto const pid = child->pid();
  EXPECT_EQ(loop.run(with_timeout(child->wait(), 20ms)).error().kind(), ErrorKind::timeout);
  child.reset();
  EXPECT_FALSE(is_zombie_or_running(pid));
}

}  // namespace
}  // namespace davit
