#include "app/local/log_tail.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/live_block.h"
#include "support/child.h"

namespace davit::app {
namespace {

using ::testing::ElementsAre;
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

TEST(FirstLines, AreWhatFitsIntoATerminal) {
  EXPECT_EQ(first_lines("a\nb\nc\n", 2), "a\nb\n");
  EXPECT_EQ(first_lines("a\nb", 5), "a\nb");
  EXPECT_EQ(first_lines("", 5), "");
}

}  // namespace
}  // namespace davit::app
