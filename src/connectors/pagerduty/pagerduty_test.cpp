#include "connectors/pagerduty/pagerduty.h"

#include <gtest/gtest.h>

#include "connector/definition.h"
#include "connectors/pagerduty/log_entries.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/references.h"
#include "connectors/pagerduty/shifts.h"
#include "connectors/pagerduty/times.h"
#include "support/connector_suite.h"
#include "support/connector_world.h"

namespace davit::connectors::pagerduty {
namespace {

using connector::Tool;

connector::Settings server() {
  return {
      .base_url = "https://api.pagerduty.com",
      .user = "mina@harbor.example",
      .credential = Secret("example-key"),
  };
}

DAVIT_CONNECTOR_TESTS(
    Pagerduty,
    (testing::ConnectorFiles{
        .connector = connector,
        .settings = server(),
        .manual = "../../../docs/connectors/pagerduty.md",
    })
);

// References
// -----------------------------------------------------------------------------------------

Result<json::Object> resolved(std::string_view arguments, std::string_view base) {
  static constexpr Tool kTool{
      .params = {{.name = "incident"}, {.name = "incidents"}, {.name = "service"}},
  };
  auto object = json::parse(arguments)->get_object();
  DAVIT_TRY(auto const url, http::parse_url(base));
  DAVIT_CHECK(resolve_references(kTool, url, object));
  return object;
}

std::string shown(std::string_view arguments, std::string_view base = "https://api.pagerduty.com") {
  auto const object = resolved(arguments, base);
  return object ? json::to_text(*object) : object.error().message();
}

TEST(PagerdutyReferences, AreIdsNumbersOrAddresses) {
  EXPECT_EQ(shown(R"({"incident":"PT4KHLK"})"), R"({"incident":"PT4KHLK"})");
  EXPECT_EQ(shown(R"({"incident":" #1042 "})"), R"({"incident":"1042"})");
  EXPECT_EQ(shown(R"({"incident":"[#1042]"})"), R"({"incident":"1042"})");
  EXPECT_EQ(shown(R"({"incident":"[#1042] Disk [db] full"})"), R"({"incident":"1042"})");
  EXPECT_EQ(
      shown(R"({"incidents":["https://harbor.pagerduty.com/incidents/PT4KHLK/timeline",7]})"),
      R"({"incidents":["PT4KHLK","7"]})"
  );
  EXPECT_EQ(
      shown(R"({"service":"https://harbor.pagerduty.com/service-directory/PHARAPI"})"),
      R"({"service":"PHARAPI"})"
  );
  EXPECT_EQ(shown(R"({"service":" Harbor API "})"), R"({"service":"Harbor API"})");
}

TEST(PagerdutyReferences, AddressesAreOfTheSameRegionOrTheSameHost) {
  auto const page = R"({"incident":"https://harbor.eu.pagerduty.com/incidents/PT4KHLK"})";
  EXPECT_EQ(shown(page, "https://api.eu.pagerduty.com"), R"({"incident":"PT4KHLK"})");
  EXPECT_FALSE(resolved(page, "https://api.pagerduty.com"));
  EXPECT_FALSE(resolved(page, "https://pagerduty.example"));
  auto const http = R"({"incident":"http://harbor.pagerduty.com/incidents/PT4KHLK"})";
  EXPECT_FALSE(resolved(http, "https://api.pagerduty.com"));
  auto const own = R"({"incident":"http://127.0.0.1:8929/incidents/PT4KHLK"})";
  EXPECT_EQ(shown(own, "http://127.0.0.1:8929"), R"({"incident":"PT4KHLK"})");
}

TEST(PagerdutyReferences, NamesAreNoIds) {
  EXPECT_TRUE(is_id("PIJ90N7"));
  EXPECT_TRUE(is_id("PEYSGVF"));
  EXPECT_TRUE(is_id("Q1R2DLCB21K7NP"));
  for (auto const name : {"P1", "Payment", "PAYMENTS", "harbor-api", "P1J 0N7", ""}) {
    EXPECT_FALSE(is_id(name)) << name;
  }
}

TEST(PagerdutySettings, TokensOfAnotherRegionAreRefused) {
  auto const check = [](std::string_view url, std::string_view rule) {
    auto const base = http::parse_url(url);
    return connector.check_settings(*base, {.name = rule}).has_value();
  };
  EXPECT_FALSE(check("https://api.pagerduty.com", "oauth-eu"));
  EXPECT_FALSE(check("https://api.eu.pagerduty.com", "oauth-us"));
  EXPECT_TRUE(check("https://api.eu.pagerduty.com", "oauth-eu"));
  EXPECT_TRUE(check("https://api.eu.pagerduty.com", "api-key"));
  EXPECT_TRUE(check("http://127.0.0.1:8929", "oauth-us"));
}

TEST(PagerdutyPlace, EventsHaveAHostOfTheirOwnAndNoCredential) {
  auto const place = [](std::string_view url, std::string_view path) {
    return connector.place(*http::parse_url(url), {}, path);
  };
  auto const event = place("https://api.eu.pagerduty.com", "events:/v2/enqueue");
  EXPECT_EQ(event.url, "https://events.eu.pagerduty.com/v2/enqueue");
  EXPECT_FALSE(event.with_credential);
  auto const local = place("http://127.0.0.1:8929", "events:/v2/enqueue");
  EXPECT_EQ(local.url, "http://127.0.0.1:8929/v2/enqueue");
  EXPECT_FALSE(local.with_credential);
  EXPECT_TRUE(place("https://api.pagerduty.com", "/incidents").with_credential);
}

TEST(PagerdutyTimes, AreMadeWholeInUtc) {
  json::Object arguments{
      {"a", "2026-11-20"}, {"b", "2026-11-20T10:00:00+02:00"}, {"c", "soon"}, {"d", "2026-11-20"}
  };
  make_whole(arguments, {"a", "b", "c", "missing"});
  EXPECT_EQ(
      json::to_text(arguments),
      R"({"a":"2026-11-20T00:00:00Z","b":"2026-11-20T08:00:00Z","c":"soon","d":"2026-11-20"})"
  );
}

TEST(PagerdutyParts, WhatIsCutIsNamed) {
  auto answer = json::parse(R"({"a":[1,2,3],"b":[1,2],"c":7})")->get_object();
  for (auto const name : {"a", "b", "c", "d"}) cut_part(answer, name, 2);
  EXPECT_EQ(json::to_text(answer), R"({"a":[1,2],"b":[1,2],"c":7,"incomplete":["a"]})");
}

// Shifts
// ------------------------------------------------------------------------------------------------

std::chrono::sys_seconds hour(int number) {
  return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(number);
}

TEST(PagerdutyShifts, GapsAreWhatNobodyCovers) {
  std::vector<Shift> const shifts{
      {.span = {hour(-2), hour(2)}}, {.span = {hour(1), hour(3)}}, {.span = {hour(4), hour(5)}}
  };
  Span const window{hour(0), hour(8)};
  auto const gaps = gaps_of(shifts, window);
  EXPECT_EQ(gaps, (std::vector<Span>{{hour(3), hour(4)}, {hour(5), hour(8)}}));
  EXPECT_EQ(coverage_percent(gaps, window), 50);
  EXPECT_EQ(gaps_of({}, window), std::vector<Span>{window});
  EXPECT_EQ(coverage_percent({}, window), 100);
  EXPECT_EQ(coverage_percent(gaps_of({}, window), window), 0);
}

TEST(PagerdutyShifts, AreReadSortedAndCut) {
  auto const entries = *json::parse(R"([
      {"start": "2026-11-21T04:00:00Z", "end": "2026-11-21T06:00:00Z", "user": {"id": "B"}},
      {"start": "2026-11-20T20:00:00-05:00", "end": "2026-11-21T02:00:00Z", "user": {"id": "A"}},
      {"start": "soon", "end": "later"}, {"start": "2026-11-21T02:00:00Z"}, 7
  ])");
  auto const shifts = shifts_of(&entries);
  ASSERT_EQ(shifts.size(), 2U);
  EXPECT_EQ(shifts[0].user_id, "A");
  auto const cut = within(shifts, {hour(5), hour(9)});
  ASSERT_EQ(cut.size(), 1U);
  EXPECT_EQ(cut[0].span, (Span{hour(5), hour(6)}));
  EXPECT_TRUE(shifts_of(nullptr).empty());
}

TEST(PagerdutyLogEntries, OnlyNotesKeepTheirText) {
  json::Object answer{{"timeline", *json::parse(R"([
      {"type": "annotate_log_entry", "note": "a"}, {"type": "trigger_log_entry", "note": "b"}
  ])")}};
  shorten_types({}, answer);
  EXPECT_EQ(
      json::to_text(answer), R"({"timeline":[{"type":"annotate","note":"a"},{"type":"trigger"}]})"
  );
}

TEST(PagerdutyLogEntries, TypesLoseTheirTail) {
  json::Object answer{{"items", json::Array{json::Object{{"type", "snooze_log_entry"}}, 7}}};
  shorten_types({}, answer);
  EXPECT_EQ(json::to_text(answer), R"({"items":[{"type":"snooze"},7]})");
}

}  // namespace
}  // namespace davit::connectors::pagerduty
