#include "cost/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cost/ledger.h"
#include "infra/build.h"
#include "infra/cloudformation.h"

namespace davit::cost {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

infra::Resource owner(std::string id, std::string server) {
  infra::Resource resource;
  resource.id = std::move(id);
  resource.server = std::move(server);
  return resource;
}

TEST(Ledger, SameThingsAreOneLine) {
  auto const first = owner("First", "");
  auto const second = owner("Second", "");
  auto const other = owner("Other", "gitlab");
  Ledger ledger;
  ledger.add("Secret", "secret", count_of(1), &first);
  ledger.add("Secret", "secret", count_of(2), &second);
  ledger.add("Secret", "secret", count_of(1), &other);
  ledger.add("Secret", "key", count_of(1), &first);
  ledger.add_unknown("Firehose", &first);
  ledger.add_unknown("Firehose", &second);
  auto const lines = std::move(ledger).take();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(to_text(lines[0].low), "3");
  EXPECT_EQ(to_text(lines[0].amount_low), "1.20");
  EXPECT_EQ(lines[0].count, 2);
  EXPECT_EQ(lines[0].resource, "");
  EXPECT_EQ(lines[1].server, "gitlab");
  EXPECT_EQ(lines[1].resource, "Other");
  EXPECT_EQ(lines[3].count, 2);
  EXPECT_FALSE(lines[3].is_known);
}

// Three parts of a cent are a cent together.
TEST(Ledger, AmountsAreThoseOfTheSum) {
  Ledger ledger;
  for (auto i = 0; i < 3; ++i) ledger.add("Images", "images", ratio(4, 100));
  auto const lines = std::move(ledger).take();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(to_text(lines[0].amount_low), "0.01");
}

Line line(std::string what, Quantity low, Quantity high) {
  Line line{.what = std::move(what), .unit = "hour", .low = low, .high = high};
  line.price_low = line.price_high = usd("0.50");
  line.amount_low = to_cents(times(line.price_low, low));
  line.amount_high = to_cents(times(line.price_high, high));
  return line;
}

TEST(Report, LinesUpAndNamesWhatIsNotKnown) {
  Estimate estimate;
  estimate.lines = {
      line("Gateway", count_of(10), count_of(10)), line("Task", count_of(1), count_of(4))
  };
  estimate.lines[1].server = "gitlab";
  estimate.lines.push_back({.what = "Firehose", .count = 2, .is_known = false});
  estimate.low = usd("5.50");
  estimate.high = usd("7");
  estimate.unknown = 1;
  estimate.assumptions = {"A month has 730 hours."};
  estimate.advice = {{"Do less.", usd("1.50")}};
  EXPECT_EQ(
      to_text(estimate),
      "Gateway        10 hour x 0.50              5.00\n"
      "Task (gitlab)  1 to 4 hour x 0.50  0.50 to 2.00\n"
      "Firehose       2, price not known             ?\n"
      "Total          US dollars a month  5.50 to 7.00\n"
      "1 line without a known price is not in the total.\n"
      "\n"
      "Assumptions:\n"
      "  - A month has 730 hours.\n"
      "\n"
      "Cheaper:\n"
      "  - Do less. (1.50 a month)\n"
  );
}

TEST(Report, SaysTheSameAsJson) {
  Estimate estimate;
  estimate.lines = {line("Task", count_of(1), count_of(4))};
  auto const json = to_json(estimate);
  EXPECT_EQ(json::find_string(json, "lines.0.amount_high"), "2.00");
  EXPECT_EQ(json::find_string(json, "lines.0.quantity_low"), "1");
  EXPECT_EQ(json::find_string(json, "release.low"), "0.0000");
}

manifest::Manifest deployment(int most) {
  manifest::Manifest manifest;
  manifest.name = "mcp";
  manifest.target = manifest::Target::ecs;
  manifest.auth.is_none = true;
  manifest.scaling.max = most;
  auto& server = manifest.servers.emplace_back();
  server.connector.name = "gitlab";
  server.connector.connector = "gitlab";
  return manifest;
}

std::vector<json::Value> bodies(const std::vector<infra::Stack>& stacks) {
  std::vector<json::Value> all;
  for (auto const& stack : stacks) {
    for (auto& one : infra::to_templates(stack)) all.push_back(std::move(one.body));
  }
  return all;
}

// A template costs what the stack cost that it was made of.
TEST(Comparison, OfTheSameIsAsBefore) {
  auto const manifest = deployment(10);
  auto const stacks = infra::build_stacks(manifest);
  ASSERT_TRUE(stacks);
  auto const same = compare(manifest, bodies(*stacks), *stacks);
  EXPECT_TRUE(same.changes.empty());
  EXPECT_THAT(to_text(same), HasSubstr("as before"));
  auto const first = compare(manifest, {}, *stacks);
  EXPECT_FALSE(first.had_before);
  EXPECT_THAT(to_text(first), Not(HasSubstr("->")));
}

TEST(Comparison, DifferencesOfTheLinesAddUp) {
  auto const before = infra::build_stacks(deployment(10));
  auto const after = infra::build_stacks(deployment(20));
  ASSERT_TRUE(before && after);
  auto const found = compare(deployment(20), bodies(*before), *after);
  ASSERT_EQ(found.changes.size(), 2U);
  Dollars low;
  Dollars high;
  for (auto const& change : found.changes) {
    low += change.after_low - change.before_low;
    high += change.after_high - change.before_high;
  }
  EXPECT_EQ(low, found.after_low - found.before_low);
  EXPECT_EQ(high, found.after_high - found.before_high);
  EXPECT_EQ(low, Dollars{});
  EXPECT_THAT(to_text(found), HasSubstr("(+0.00 to +"));
}

}  // namespace
}  // namespace davit::cost
