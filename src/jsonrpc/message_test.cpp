#include "jsonrpc/message.h"

#include <gtest/gtest.h>

namespace davit::jsonrpc {
namespace {

TEST(Read, TellsTheThreeKindsApart) {
  struct Case {
    const char* text;
    Kind kind;
  };
  Case const cases[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", Kind::request},
      {R"({"jsonrpc":"2.0","method":"notifications/initialized","params":{}})", Kind::notification},
      {R"({"jsonrpc":"2.0","id":"a","result":{}})", Kind::response},
      {R"({"jsonrpc":"2.0","error":{"code":1,"message":"x"}})", Kind::response},
  };
  for (auto const& [text, kind] : cases) {
    auto const message = read(*json::parse(text));
    ASSERT_TRUE(message) << text;
    EXPECT_EQ(message->kind, kind) << text;
  }
}

TEST(Read, RefusesWhatIsNoMessageAndKeepsTheIdWhereItCan) {
  struct Case {
    const char* text;
    std::optional<Id> id;
  };
  Case const cases[] = {
      {"[]", {}},
      {"7", {}},
      {R"({"id":3,"method":"ping"})", Id(3)},
      {R"({"jsonrpc":"1.0","id":"x","method":"ping"})", Id("x")},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", {}},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", {}},
      {R"({"jsonrpc":"2.0","id":1,"method":7})", Id(1)},
      {R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})", Id(1)},
      {R"({"jsonrpc":"2.0","id":1})", Id(1)},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", Id(1)},
      {R"({"jsonrpc":"2.0","result":{}})", {}},
  };
  for (auto const& [text, id] : cases) {
    auto const message = read(*json::parse(text));
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().error.code, kInvalidRequest);
    EXPECT_EQ(message.error().id, id) << text;
  }
}

TEST(Read, TheMethodOutlivesTheMove) {
  auto message = read(*json::parse(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1}})"));
  ASSERT_TRUE(message);
  auto const moved = *std::move(message);
  EXPECT_EQ(moved.method, "ping");
  EXPECT_EQ(moved.params()->at("a"), 1);
}

TEST(Write, KeepsTheTypeOfTheId) {
  EXPECT_EQ(write_result(Id(1), ""), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_EQ(
      write_result(Id("1"), R"("a":1,"b":null)"),
      R"({"jsonrpc":"2.0","id":"1","result":{"a":1,"b":null}})"
  );
  EXPECT_EQ(
      write_error({}, {kParseError, "no \"JSON\"", json::Object{{"at", 1}}}),
      R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no \"JSON\"","data":{"at":1}}})"
  );
  EXPECT_EQ(
      write_notification("notifications/progress", {{"progress", 0.5}}),
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":0.5}})"
  );
}

}  // namespace
}  // namespace davit::jsonrpc
