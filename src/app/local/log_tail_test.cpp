#include "app/local/log_tail.h"

#include <fstream>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/completion.h"
#include "app/local/live_block.h"
#include "app/local/local_commands.h"
#include "support/child.h"

namespace davit::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Tail : public ::testing::Test {
 protected:
  void append(const std::string& text) { std::ofstream(file_, std::ios::app) << text; }

  testing::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_.path() / "davitd-1.log";
  LogTail tail_{file_};
};

TEST_F(Tail, BeginsWithTheLastLinesAndGoesOn) {
  append("one\ntwo\nthree\nfo");
  EXPECT_THAT(tail_.last(2), ElementsAre("two", "three"));
  EXPECT_THAT(tail_.next(), IsEmpty()) << "half a line is none";
  append("ur\nfive\n");
  EXPECT_THAT(tail_.next(), ElementsAre("four", "five"));
  EXPECT_THAT(tail_.next(), IsEmpty());
}

TEST_F(Tail, BeginsAnewWhenTheFileWasEmptied) {
  append("one\ntwo\n");
  EXPECT_THAT(tail_.last(9), ElementsAre("one", "two"));
  std::filesystem::resize_file(file_, 0);
  append("three\n");
  EXPECT_THAT(tail_.next(), ElementsAre("three"));
}

TEST_F(Tail, OfAFileThatIsNotThereIsEmpty) {
  EXPECT_THAT(tail_.last(9), IsEmpty());
  EXPECT_THAT(tail_.next(), IsEmpty());
}

TEST(Redraw, GoesUpAsManyRowsAsWereDrawn) {
  EXPECT_EQ(redraw("", "a\nb\n", 80), "a\x1b[K\nb\x1b[K\n\x1b[J");
  EXPECT_EQ(redraw("a\nb\n", "c\n", 80), "\x1b[2Fc\x1b[K\n\x1b[J");
  EXPECT_EQ(redraw("12345\nb\n", "c\n", 3), "\x1b[3Fc\x1b[K\n\x1b[J") << "a narrower terminal";
  EXPECT_EQ(redraw("a\nb\n", "", 80), "\x1b[2F\x1b[J");
}

TEST(FirstLines, AreWhatFitsIntoATerminal) {
  EXPECT_EQ(first_lines("a\nb\nc\n", 2), "a\nb\n");
  EXPECT_EQ(first_lines("a\nb", 5), "a\nb");
  EXPECT_EQ(first_lines("", 5), "");
}

TEST(Completion, KnowsEveryCommandAndItsFlags) {
  CLI::App cli("", "davit");
  LocalCommands const commands(cli);
  for (auto const* shell : {"bash", "zsh", "fish"}) {
    auto const script = completion_script(cli, shell);
    for (auto const* name :
         {"up",
          "deploy",
          "status",
          "wait",
          "continue",
          "rollback",
          "stop",
          "scale",
          "logs",
          "history",
          "doctor",
          "completion"}) {
      EXPECT_THAT(script, HasSubstr(name)) << shell;
    }
    EXPECT_THAT(script, HasSubstr("supersede")) << shell;
  }
}

TEST(Completion, IsUnderstoodByBash) {
  CLI::App cli("", "davit");
  LocalCommands const commands(cli);
  testing::TemporaryDirectory folder;
  auto const script = folder.path() / "davit.bash";
  std::ofstream(script) << completion_script(cli, "bash")
                        << "COMP_WORDS=(davit de); COMP_CWORD=1; _davit; echo \"${COMPREPLY[@]}\"\n"
                        << "COMP_WORDS=(davit deploy --su); COMP_CWORD=2; _davit\n"
                        << "echo \"${COMPREPLY[@]}\"\n";
  testing::Child bash({"bash", script.string()}, folder.path() / "output");
  EXPECT_EQ(bash.wait(), 0);
  EXPECT_EQ(bash.output(), "deploy\n--supersede\n");
}

}  // namespace
}  // namespace davit::app
