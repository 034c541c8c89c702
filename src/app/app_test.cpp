#include <gtest/gtest.h>

#include "app/command_line.h"
#include "app/health.h"
#include "app/mcp_commands.h"
#include "app/own_address.h"
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
TEST(Readable, NeverLetsForeignTextTurnLinesAroundOrEndThem) {
  EXPECT_EQ(printable("a\u202Eb\u2066c\u2028d\u2029e\u009Bf"), "a?b?c?d?e?f");
  EXPECT_EQ(
      printable("\u2014 \u20AC \u2027 \u202F \u2065 \u206A"),
      "\u2014 \u20AC \u2027 \u202F \u2065 \u206A"
  );
}
// A manifest has an error a line.
TEST(Report, SaysWhatAServerSaidWithoutDrivingTheTerminal) {
  ::testing::internal::CaptureStderr();
  Result<int> const outcome = Error(ErrorKind::protocol, "one\x1b[2J\x1b]0;title\x07\ntwo\r");
  EXPECT_NE(report("davit", outcome), 0);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "davit: one?[2J?]0;title?\ntwo?\n");
}
TEST(Table, AlignsAndCuts) {
  EXPECT_EQ(to_table({{"a", "long text"}, {"bbb", "x"}}, 10), "a    lo...\nbbb  x\n");
}

TEST(Health, IsNoneWhereNobodyListens) {
  Settings settings;
  settings.http.port = 9;
  EXPECT_EQ(run_health(settings).error().kind(), ErrorKind::unavailable);
}
TEST(Health, CannotBeAskedWithoutAnAddress) {
  Settings settings;
  settings.http.port = 0;
  EXPECT_EQ(run_health(settings).error().kind(), ErrorKind::invalid_input);
  settings.http.port = 8443;
  settings.http.tls = http::TlsFiles{.certificate_chain = "/c.pem", .private_key = "/k.pem"};
  EXPECT_EQ(run_health(settings).error().kind(), ErrorKind::invalid_input);
}

TEST(OwnAddress, IsOneForOthers) {
  using Addresses = std::vector<std::string>;
  struct {
    Addresses addresses;
    std::string expected;
  } const cases[] = {
      {{"127.0.0.1", "169.254.172.2", "10.0.1.7", "172.17.0.2"}, "10.0.1.7"},
      {{"::1", "fe80::1", "2001:db8::7", "10.0.1.7"}, "10.0.1.7"},
      {{"::1", "fe80::1", "127.0.0.1", "2001:db8::7"}, "2001:db8::7"},
      {{"127.0.0.1", "::1", "fe80::1", "169.254.1.1", "0.0.0.0", "::", "eth0"}, ""},
      {{}, ""},
  };
  for (auto const& one : cases) EXPECT_EQ(reachable_address(one.addresses), one.expected);
}
TEST(OwnAddress, IsNeverAWildcard) {
  for (auto const* address : {"0.0.0.0", "::", "0:0::0"}) EXPECT_TRUE(is_wildcard(address));
  for (auto const* address : {"127.0.0.1", "::1", "10.0.0.1", "x"}) {
    EXPECT_FALSE(is_wildcard(address));
  }
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
