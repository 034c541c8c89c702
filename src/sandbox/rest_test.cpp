#include "sandbox/rest.h"

#include <gtest/gtest.h>

namespace davit::sandbox {
namespace {

struct World {};

http::Response one(World&, Call&) { return http::Response{.status = 201}; }
http::Response two(World&, Call&) { return http::Response{.status = 202}; }

constexpr Route<World> kRoutes[] = {
    {http::Method::get, "/issue/:key", one},
    {http::Method::get, "/issue/latest", two},
};

TEST(Rest, TheMoreFixedRouteWinsAndArgumentsAreDecodedOnce) {
  http::Request request;
  Call call(request);
  bool exists = false;
  World world;
  auto const* found = find_route<World>(kRoutes, "/issue/latest", call, exists);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->run(world, call).status, 202);
  found = find_route<World>(kRoutes, "/issue/a%2Fb%2520", call, exists);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(call.arg("key"), "a/b%20");
}

TEST(Rest, APathWithAnotherMethodIsToldFromNone) {
  http::Request request;
  request.method = http::Method::post;
  Call call(request);
  bool exists = false;
  EXPECT_EQ(find_route<World>(kRoutes, "/issue/7", call, exists), nullptr);
  EXPECT_TRUE(exists);
  EXPECT_EQ(find_route<World>(kRoutes, "/board/7", call, exists), nullptr);
  EXPECT_FALSE(exists);
}

TEST(Rest, FormsAreTakenApart) {
  http::Request request;
  request.headers.add("Content-Type", "multipart/form-data; boundary=x");
  request.body =
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
      "Content-Type: text/plain\r\n\r\none\r\ntwo\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"minor\"\r\n\r\ntrue\r\n--x--\r\n";
  auto const parts = parse_form(request);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "file");
  EXPECT_EQ(parts[0].filename, "a.txt");
  EXPECT_EQ(parts[0].content, "one\r\ntwo");
  EXPECT_EQ(parts[1].name, "minor");
  EXPECT_EQ(parts[1].content, "true");
}

TEST(Rest, NumbersAreWrittenAsVendorsWriteThem) {
  EXPECT_EQ(
      to_json_text(json::Object{{"a", 133.5}, {"b", 20.0}, {"c", 3}}),
      R"({"a":133.5,"b":20.0,"c":3})"
  );
}

}  // namespace
}  // namespace davit::sandbox
