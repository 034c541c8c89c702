#include "release/gate_health.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::release {
namespace {

TEST(Health, TakesWhatPagesSay) {
  EXPECT_TRUE(read_health(200, "", "s").is_good);
  EXPECT_TRUE(read_health(200, "OK", "s").is_good);
  EXPECT_TRUE(read_health(200, R"({"status":"UP"})", "s").is_good);
  EXPECT_TRUE(read_health(200, R"({"uptime":3})", "s").is_good);
  for (auto const* state : {"unhealthy", "degraded", "DOWN", "starting"}) {
    auto const page = fmt::format(R"({{"status":"{}"}})", state);
    auto const health = read_health(200, page, "s");
    EXPECT_FALSE(health.is_good);
    EXPECT_EQ(health.detail, fmt::format("it answered 200, but it says it is {}", state));
  }
  EXPECT_EQ(read_health(503, "no\nmore", "s").detail, "it answered 503: no");
}

TEST(Health, ADavitdServerThatIsDownFails) {
  constexpr std::string_view kPage = R"({"status":"healthy","servers":{"a":{"status":"healthy"},)"
                                     R"("b":{"status":"broken","error":"no token"}}})";
  EXPECT_TRUE(read_health(200, kPage, "a").is_good);
  EXPECT_EQ(
      read_health(200, kPage, "b").detail, "it answered 200, but its server b is broken: no token"
  );
  EXPECT_FALSE(read_health(200, kPage, "").is_good);
}

}  // namespace
}  // namespace davit::release
