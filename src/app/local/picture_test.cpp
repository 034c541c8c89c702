#include "app/local/picture.h"

#include <gtest/gtest.h>

#include "app/local/view_fixture.h"
#include "app/paint.h"
#include "base/strings.h"
#include "support/case_file.h"

namespace davit::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Pictures : public ::testing::TestWithParam<std::string> {};

// Each section `view` is a moment. All are told one after the other, and the last one is drawn.
TEST_P(Pictures, AreAsTheyWere) {
  testing::expect_case("testdata/" + GetParam() + ".case", [](const testing::CaseFile& file) {
    std::string told;
    std::optional<View> before;
    for (auto const& [title, text] : file.sections) {
      if (title != "view") continue;
      auto view = read_view(text);
      told += tell_change(before ? &*before : nullptr, view);
      before = std::move(view);
    }
    auto const look = read_look(file.section("look"));
    auto out = told.empty() ? "" : "told:\n" + told + '\n';
    out += "status:\n" + draw_status(*before, look);
    if (before->state) out += "\nend:\n" + tell_end(*before->state);
    auto const block = draw_release(*before, look);
    for (auto const line : split(block, '\n')) {
      EXPECT_LE(columns_of(line), look.width) << line;
    }
    return visible(out);
  });
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Pictures,
    ::testing::ValuesIn(testing::case_names("testdata")),
    [](const auto& param) { return param.param; }
);

TEST(Bar, ShowsThatAShareIsNeitherNothingNorAll) {
  EXPECT_EQ(bar(0, 10), "[----------]");
  EXPECT_EQ(bar(1, 10), "[#---------]");
  EXPECT_EQ(bar(50, 10), "[#####-----]");
  EXPECT_EQ(bar(99, 10), "[#########-]");
  EXPECT_EQ(bar(100, 10), "[##########]");
}

TEST(Fit, CutsColumnsAndNotColours) {
  EXPECT_EQ(fit("12345678", 8), "12345678");
  EXPECT_EQ(fit("123456789", 8), "123456..");
  EXPECT_EQ(fit("\x1b[31m12345678\x1b[0m", 8), "\x1b[31m12345678\x1b[0m");
  EXPECT_EQ(fit("\x1b[31m123456789\x1b[0m", 8), "\x1b[31m123456..\x1b[0m");
  EXPECT_EQ(fit("12", 1), ".");
}

TEST(Fit, CountsWideCharactersTwiceAndMarksNot) {
  EXPECT_EQ(columns_of("\u65e5\u672c"), 4U);
  EXPECT_EQ(columns_of("e\u0301"), 1U);
  EXPECT_EQ(fit("\u65e5\u672c\u65e5\u672c", 7), "\u65e5\u672c..");
}

TEST(Wrap, BreaksAtBlanksAndKeepsColours) {
  EXPECT_EQ(wrap("one two three", 20, 2, 3), "one two three");
  EXPECT_EQ(wrap("one two three", 8, 2, 3), "one two\n  three");
  EXPECT_EQ(wrap("one two three", 7, 2, 2), "one two\n  three");
  EXPECT_EQ(wrap("one two three four", 8, 2, 2), "one two\n  thre..") << "no more lines";
  EXPECT_EQ(wrap("0123456789", 6, 2, 3), "012345\n  6789") << "no blank";
  EXPECT_EQ(wrap("new  0123456789", 9, 5, 3), "new  0123\n     4567\n     89")
      << "none behind the name";
  EXPECT_EQ(wrap("it took 12 s", 10, 0, 3), "it took\n12 s") << "a number and its unit";
  EXPECT_EQ(
      wrap("\x1b[31mone two\x1b[0m three", 6, 1, 4),
      "\x1b[31mone\x1b[0m\n \x1b[31mtwo\x1b[0m\n three"
  );
}

TEST(DurationText, IsReadable) {
  EXPECT_EQ(to_text(milliseconds(999)), "0 s");
  EXPECT_EQ(to_text(seconds(65)), "1:05");
  EXPECT_EQ(to_text(seconds(3661)), "1:01:01");
  EXPECT_EQ(to_text(seconds(90'000)), "1 d 1 h");
}

}  // namespace
}  // namespace davit::app
