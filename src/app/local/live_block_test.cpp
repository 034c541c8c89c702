#include "app/local/live_block.h"

#include <gtest/gtest.h>

#include "app/local/client.h"
#include "app/local/screen_fixture.h"
#include "app/local/view_fixture.h"
#include "app/paint.h"
#include "base/strings.h"
#include "support/case_file.h"

namespace davit::app {
namespace {

class Frames : public ::testing::TestWithParam<std::string> {};

// Sections are what happens one after the other: `view` is drawn, `size` makes the terminal so many
// columns and rows, `says` is written above. The result is the screen after each.
TEST_P(Frames, LeaveNothingBehind) {
  testing::expect_case("testdata/live/" + GetParam() + ".case", [](const testing::CaseFile& file) {
    Look look{.width = 80, .height = 24};
    Screen screen(look.width, look.height);
    screen.write("$ davit deploy\n");
    LiveBlock block;
    std::string out;
    for (auto const& [title, text] : file.sections) {
      if (title == "size") {
        auto const words = split(trim(std::string_view(text).substr(0, text.size() - 1)), ' ');
        look.width = static_cast<std::size_t>(number(words.at(0)));
        look.height = static_cast<std::size_t>(number(words.at(1)));
        screen.resize(look.width, look.height);
        continue;
      }
      if (title == "says") {
        screen.write(block.next("", look));
        screen.write(text);
      } else if (title == "view") {
        screen.write(block.next(draw_release(read_view(text), look), look));
      } else {
        continue;
      }
      out += fmt::format("{} x {}\n{}", look.width, look.height, screen.text());
    }
    screen.write(block.next("", look));
    return out + "at its end\n" + screen.text();
  });
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Frames,
    ::testing::ValuesIn(testing::case_names("testdata/live")),
    [](const auto& param) { return param.param; }
);

TEST(Redraw, LeavesTheLastColumnAndTheWrappingAsTheyWere) {
  Screen screen(5, 4);
  screen.write(redraw("", "12345\nb\n", 5));
  EXPECT_EQ(screen.text(), "|12345\n|b\n|_\n");
  screen.write(redraw("12345\nb\n", "123456789\n", 5));
  EXPECT_EQ(screen.text(), "|12345\n|_\n") << "cut, and in one row";
  screen.write("abcdefg");
  EXPECT_EQ(screen.text(), "|12345\n|abcde\n|fg_\n") << "others wrap as before";
}

class Plain : public ::testing::TestWithParam<std::string> {};

// What `davit deploy` says where nothing can be redrawn. A section `event` is JSON as the
// supervisor tells it, `file` the manifest when it is another.
TEST_P(Plain, IsALineForEachChange) {
  testing::expect_case("testdata/plain/" + GetParam() + ".case", [](const testing::CaseFile& file) {
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    {
      Place place;
      place.json = file.section("look") == "json\n";
      if (auto const other = file.section("file"); !other.empty())
        place.file = other.substr(0, other.size() - 1);
      Watcher watcher(place);
      for (auto const& [title, text] : file.sections) {
        if (title == "view") watcher.take(to_json(read_view(text)));
        if (title != "event") continue;
        auto const event = json::parse(text);
        EXPECT_TRUE(event) << text;
        if (event) watcher.take(event->as_object());
      }
    }
    std::fflush(stdout);
    auto const out = ::testing::internal::GetCapturedStdout();
    auto const errors = ::testing::internal::GetCapturedStderr();
    return (out.empty() ? "" : "output:\n" + out) + (errors.empty() ? "" : "errors:\n" + errors);
  });
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Plain,
    ::testing::ValuesIn(testing::case_names("testdata/plain")),
    [](const auto& param) { return param.param; }
);

TEST(Hints, HaveTheFlagsThatTheirCommandsTake) {
  Place const place{.file = "other.yaml", .environment = "test", .state = "/tmp/a b"};
  EXPECT_EQ(
      place.in_hints("`davit wait` or `davit deploy --supersede`, `davit plan`, davit up"),
      "`davit wait --file other.yaml --state '/tmp/a b'` or `davit deploy --file other.yaml -e "
      "test "
      "--state '/tmp/a b' --supersede`, `davit plan`, davit up"
  );
  EXPECT_EQ(Place().in_hints("`davit up`"), "`davit up`");
}
TEST(Hints, AreWrappedWithTheirFlags) {
  Place const place{.file = "a/long/way/to/another.yaml"};
  auto const look = place.look({.width = 40});
  auto const view = read_view("unwatched\nnote nothing runs here: start it with `davit up`\n");
  auto const text = draw_status(view, look);
  EXPECT_NE(text.find("--file"), text.npos) << text;
  for (auto const line : split(text, '\n')) EXPECT_LE(columns_of(line), look.width) << line;
}

}  // namespace
}  // namespace davit::app
