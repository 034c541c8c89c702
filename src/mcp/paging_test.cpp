// Lists in pages, and cursors that nobody else can make or use.
#include "mcp/paging.h"

#include <gtest/gtest.h>

namespace davit::mcp {
namespace {

class Paging : public ::testing::Test {
 protected:
  // "0-3" of the page, or the kind of the error; keeps the cursor.
  std::string page(std::string_view list, std::string_view params, std::size_t size = 8) {
    Call call;
    call.principal.id = principal;
    call.message = *jsonrpc::read(json::Object{
        {"jsonrpc", "2.0"},
        {"id", 1},
        {"method", "tools/list"},
        {"params", *json::parse(params)},
    });
    auto const found = find_page(ring, list, call, size, 3);
    if (!found) return std::string(to_string(found.error().kind()));
    cursor = found->next_cursor;
    return std::to_string(found->begin) + '-' + std::to_string(found->end);
  }
  std::string next() const { return R"({"cursor":")" + cursor + R"("})"; }

  KeyRing ring = KeyRing::random();
  std::string principal = "ada";
  std::string cursor;
};

TEST_F(Paging, GoesThroughAList) {
  EXPECT_EQ(page("tools", "{}"), "0-3");
  EXPECT_EQ(page("tools", next()), "3-6");
  EXPECT_EQ(page("tools", next()), "6-8");
  EXPECT_EQ(cursor, "");
  EXPECT_EQ(page("tools", R"({"cursor":null})"), "0-3");
  EXPECT_EQ(page("tools", "{}", 3), "0-3");
  EXPECT_EQ(cursor, "");
  EXPECT_EQ(page("tools", "{}", 0), "0-0");
}

TEST_F(Paging, EndsWhenTheListShrank) {
  EXPECT_EQ(page("tools", "{}"), "0-3");
  EXPECT_EQ(page("tools", next(), 2), "2-2");
  EXPECT_EQ(cursor, "");
}

TEST_F(Paging, RefusesCursorsOfOthers) {
  EXPECT_EQ(page("tools", "{}"), "0-3");
  auto const good = next();
  EXPECT_EQ(page("prompts", good), "invalid_input");
  principal = "bob";
  EXPECT_EQ(page("tools", good), "invalid_input");
  principal = "ada";
  ring = KeyRing::random();
  EXPECT_EQ(page("tools", good), "invalid_input");
}

TEST_F(Paging, RefusesWhatIsNoCursor) {
  for (auto const* params :
       {R"({"cursor":""})",
        R"({"cursor":"x"})",
        R"({"cursor":3})",
        R"({"cursor":{}})",
        R"({"cursor":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})"}) {
    EXPECT_EQ(page("tools", params), "invalid_input") << params;
  }
}

}  // namespace
}  // namespace davit::mcp
