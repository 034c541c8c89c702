#include "connector/quota.h"

#include <gtest/gtest.h>

#include "connector/answer_cache.h"

namespace davit::connector {
namespace {

using namespace std::chrono_literals;
using Why = Quota::Refusal::Why;

const Quota::Time kStart{1h};

TEST(Quota, CountsRequestsByTheMinute) {
  Quota quota(2);
  EXPECT_FALSE(quota.take(kStart));
  EXPECT_FALSE(quota.take(kStart + 10s));
  auto const refused = quota.take(kStart + 20s);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->why, Why::budget);
  EXPECT_EQ(refused->wait, 40s);
  EXPECT_FALSE(quota.take(kStart + 60s));
}

TEST(Quota, WithoutABoundNothingIsRefused) {
  Quota quota(0);
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(quota.take(kStart));
}

TEST(Quota, AnEmptyQuotaClosesTheCredentialUntilTheVendorSays) {
  Quota quota(0);
  quota.note(429, true, 10min, kStart);
  auto const refused = quota.take(kStart + 1min);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->why, Why::quota);
  EXPECT_EQ(refused->wait, 9min);
  EXPECT_FALSE(quota.take(kStart + 10min));
}

TEST(Quota, AfterFiveFailuresInARowOneGoesThroughInThirtySeconds) {
  Quota quota(0);
  for (int i = 0; i < 4; ++i) quota.note(503, false, {}, kStart);
  EXPECT_FALSE(quota.take(kStart));
  quota.note(0, false, {}, kStart);
  ASSERT_TRUE(quota.take(kStart));
  EXPECT_EQ(quota.take(kStart)->why, Why::outage);
  EXPECT_FALSE(quota.take(kStart + 30s));
  EXPECT_TRUE(quota.take(kStart + 30s));
  quota.note(200, false, {}, kStart + 31s);
  EXPECT_FALSE(quota.take(kStart + 31s));
  EXPECT_FALSE(quota.take(kStart + 31s));
}

TEST(Quota, AProbeWhoseCallerLeftIsSentAgainByTheNext) {
  Quota quota(0);
  for (int i = 0; i < 5; ++i) quota.note(0, false, {}, kStart);
  EXPECT_FALSE(quota.take(kStart + 30s));
  quota.abandon(kStart + 31s);
  EXPECT_FALSE(quota.take(kStart + 31s));
}

TEST(Quota, ARefusalOfTheCallerIsNoFailureOfTheVendor) {
  Quota quota(0);
  for (int i = 0; i < 10; ++i) quota.note(404, false, {}, kStart);
  EXPECT_FALSE(quota.take(kStart));
}

TEST(QuotaBook, ServersWithOneCredentialShareItsQuota) {
  QuotaBook book;
  EXPECT_EQ(book.at("a", 5), book.at("a", 5));
  EXPECT_NE(book.at("a", 5), book.at("b", 5));
  book.at("c", 0);
  book.at("c", 1);
  EXPECT_FALSE(book.at("c", 9)->take(kStart));
  EXPECT_TRUE(book.at("c", 0)->take(kStart));
}

TEST(AnswerCache, ForgetsTheOldAndTheOldest) {
  AnswerCache cache;
  cache.put("/a", json::Value(1), kStart);
  ASSERT_NE(cache.get("/a", 60s, kStart + 60s), nullptr);
  EXPECT_EQ(cache.get("/a", 60s, kStart + 61s), nullptr);
  for (int i = 0; i < 300; ++i) cache.put(std::to_string(i), json::Value(i), kStart);
  EXPECT_EQ(cache.get("/a", 60s, kStart), nullptr);
  EXPECT_NE(cache.get("299", 60s, kStart), nullptr);
}

}  // namespace
}  // namespace davit::connector
