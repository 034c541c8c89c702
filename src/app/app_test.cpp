#include <gtest/gtest.h>

#include "app/command_line.h"
#include "app/mcp_commands.h"
#include "app/terminal.h"

namespace davit::app {
namespace {

const json::Value& schema() {
  static const json::Value value = *json::parse(
      R"({"type":"object","properties":{"project":{"type":"string"},"limit":{"type":"integer"},
          "draft":{"type":"boolean"},"labels":{"type":"array"},"options":{"type":"object"}}})"
  );
  return value;
}

TEST(Arguments, TakeTheTypeThatTheSchemaAsksFor) {
  auto const read = read_arguments(
      {"project=12", "limit=5", "draft=true", "labels=bug, urgent", "options:={\"a\":[1]}"},
      {},
      schema()
  );
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(
      json::Value(*read),
      *json::parse(
          R"({"project":"12","limit":5,"draft":true,"labels":["bug","urgent"],"options":{"a":[1]}})"
      )
  );
}
TEST(Arguments, LeaveWhatDoesNotFitToTheServer) {
  auto const read = read_arguments({"limit=many", "project=a=b"}, {}, schema());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at("limit"), "many");
  EXPECT_EQ(read->at("project"), "a=b");
}
TEST(Arguments, NameTheParameterThatWasMeant) {
  auto const wrong = read_arguments({"projct=x"}, {}, schema());
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message().find("did you mean 'project'?"), std::string::npos);
  EXPECT_FALSE(read_arguments({"project"}, {}, schema()));
  EXPECT_FALSE(read_arguments({"options:={"}, {}, schema()));
}

TEST(Readable, ShowsNestedValuesAndBlocks) {
  auto const value = *json::parse(
      R"({"title":"One","items":[{"a":1,"b":[]},{"a":2}],"text":"first\nsecond","none":null})"
  );
  EXPECT_EQ(
      to_readable(value),
      "title: One\n"
      "items:\n"
      "  - a: 1\n"
      "    b: (none)\n"
      "  - a: 2\n"
      "text: \n"
      "  first\n"
      "  second\n"
      "none: null\n"
  );
}
TEST(Readable, NeverLetsForeignTextDriveTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\x7f\n\xFF"), "a?[2Jb?\n\xEF\xBF\xBD");
}
TEST(Table, AlignsAndCuts) {
  EXPECT_EQ(to_table({{"a", "long text"}, {"bbb", "x"}}, 10), "a    lo...\nbbb  x\n");
}

// Its name would stand in paths and labels. It would serve for good otherwise.
TEST(ServeCommand, RefusesANameThatNoServerCanHave) {
  std::string program = "x";
  char* argv[] = {program.data(), nullptr};
  auto const offer = [](mcp::Server&, Process&) -> Result<> {
    return Error(ErrorKind::internal, "the name was taken");
  };
  for (auto const* name : {"Hello", "hello world", "", "null"}) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(serve_command(1, argv, {{name, "1", "Hello"}, ""}, offer), 3) << name;
    auto const said = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("the server's name"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace davit::app
