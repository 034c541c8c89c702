#include "manifest/calls.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::manifest {
namespace {

std::string show(std::string_view text) {
  auto const call = parse_call(text);
  if (!call) return call.error().message();
  return fmt::format(
      "{}|{}|{}|{}", call->server, call->tool, json::to_text(call->arguments), call->contains
  );
}

TEST(Call, IsReadFromOneLine) {
  EXPECT_EQ(show("list_projects"), "|list_projects|{}|");
  EXPECT_EQ(show("billing/get id=7 => paid in full"), R"(billing|get|{"id":7}|paid in full)");
  EXPECT_EQ(
      show("get name=\"Ada L.\" x=a,b y=true"), R"(|get|{"name":"Ada L.","x":"a,b","y":true}|)"
  );
  EXPECT_EQ(show(R"(get q="a => \" b" l=["a b"])"), R"(|get|{"q":"a => \" b","l":["a b"]}|)");
  EXPECT_EQ(show("get url=http://x/?a=b"), R"(|get|{"url":"http://x/?a=b"}|)");
}

TEST(Call, SaysWhatIsWrong) {
  EXPECT_EQ(show(""), "must begin with the name of a tool, such as gitlab_list_projects");
  EXPECT_EQ(show("Big/get"), "must begin with the name of a server, or of a tool alone");
  EXPECT_EQ(
      show("get 7"),
      "has something that is no argument; write NAME=VALUE, with a value of several words in "
      "double quotes, or => TEXT at the end"
  );
  EXPECT_EQ(show("get two words=7"), show("get 7"));
  EXPECT_EQ(show("get a=1 a=2"), "has an argument twice");
  EXPECT_EQ(show("get =>"), "has nothing behind =>; write a text that the answer contains");
}

}  // namespace
}  // namespace davit::manifest
