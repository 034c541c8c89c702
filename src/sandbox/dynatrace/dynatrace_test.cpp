#include <gtest/gtest.h>

#include "http/url.h"
#include "sandbox/dynatrace/test_harness.h"

namespace davit::sandbox::dynatrace {
namespace {

// Follows nextPageKey to the end; the number of rows seen.
std::size_t walk(
    Harness& at, const std::string& path, const std::string& first, std::string_view rows
) {
  auto answer = at.get(path + "?" + first);
  auto seen = answer.size(rows);
  for (int page = 0; page < 50 && answer.text("nextPageKey") != "(none)"; ++page) {
    answer = at.get(path + "?nextPageKey=" + http::percent_encode(answer.text("nextPageKey")));
    seen += answer.size(rows);
  }
  return seen;
}

TEST(DynatraceSandbox, EachTokenHasItsOwnHostAndScheme) {
  Harness at;
  EXPECT_EQ(at.get("/problems").status, 200);
  EXPECT_EQ(at.send(http::Method::get, "/api/v2/problems").status, 401);
  at.authorization = "Api-Token " + Options().access_token;
  EXPECT_EQ(at.send(http::Method::get, "/api/v2/problems").status, 200);
  EXPECT_EQ(at.send(http::Method::get, "/e/abc12345/api/v2/problems").status, 200);
  EXPECT_EQ(at.get("/problems").status, 401);
  EXPECT_EQ(at.execute("fetch logs").status, 401);
  at.authorization = "Bearer " + Options().limited_token;
  EXPECT_EQ(at.get("/problems").status, 200);
  auto const refused = at.post("/problems/x/close");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has("environment-api:problems:write"));
  at.authorization.clear();
  EXPECT_EQ(at.get("/problems").status, 401);
}

TEST(DynatraceSandbox, LimitsCarryTheResetInMicroseconds) {
  Harness at;
  at.handler = make_sandbox({.requests_per_minute = 2}, at.addresses, at.clock);
  EXPECT_EQ(at.get("/problems").header("X-RateLimit-Remaining"), "1");
  at.get("/problems");
  auto const refused = at.get("/problems");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("X-RateLimit-Reset").size(), 16U);
  at.clock.advance(60s);
  EXPECT_EQ(at.get("/problems").status, 200);
}

TEST(DynatraceSandbox, ProblemsAreFoundByDisplayIdThroughTheSelectorOnly) {
  Harness at;
  auto const found = at.get("/problems?problemSelector=displayId(%22P-26110042%22)");
  EXPECT_EQ(found.text("problems.0.problemId"), story::kProblemId);
  EXPECT_EQ(found.number("problems.0.endTime"), -1);
  EXPECT_EQ(found.text("problems.0.rootCauseEntity.entityId.id"), story::kServiceEntity);
  EXPECT_EQ(at.get("/problems/P-26110042").status, 404);
  auto const one = at.get(
      "/problems/" + std::string(story::kProblemId) +
      "?fields=evidenceDetails,impactAnalysis,recentComments"
  );
  EXPECT_EQ(one.number("evidenceDetails.totalCount"), 3);
  EXPECT_EQ(one.size("impactAnalysis.impacts"), 2U);
  EXPECT_TRUE(one.has("http://atlassian.test/browse/HARB-231"));
  EXPECT_EQ(at.get("/problems?problemSelector=nonsense(%22x%22)").status, 400);
  EXPECT_EQ(at.get("/problems?from=yesterday").status, 400);
}

TEST(DynatraceSandbox, ListsPageToTheEndAndTheKeyStandsAlone) {
  Harness at;
  EXPECT_EQ(walk(at, "/problems", "from=now-60d&pageSize=10", "problems"), 47U);
  EXPECT_EQ(walk(at, "/entities", "entitySelector=type(HOST)&pageSize=20", "entities"), 46U);
  EXPECT_EQ(walk(at, "/events", "from=now-30d&pageSize=25", "events"), 57U);
  auto const key = at.get("/problems?from=now-60d&pageSize=5").text("nextPageKey");
  EXPECT_EQ(at.get("/problems?fields=recentComments&nextPageKey=" + key).status, 200);
  auto const refused = at.get("/problems?pageSize=5&nextPageKey=" + key);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.text("error.constraintViolations.0.path"), "pageSize");
  EXPECT_EQ(at.get("/events?nextPageKey=" + key).status, 400);
  EXPECT_EQ(at.get("/problems?pageSize=501").status, 400);
}

TEST(DynatraceSandbox, ClosingTwiceHasNothingToSayTheSecondTime) {
  Harness at;
  std::string const problem = "/problems/" + std::string(story::kProblemId);
  EXPECT_EQ(at.post(problem + "/close").status, 400);
  EXPECT_EQ(
      at.post(problem + "/comments", R"({"message":"rolled back","context":"mcp"})").status, 201
  );
  EXPECT_EQ(at.get(problem + "/comments").text("comments.0.content"), "rolled back");
  EXPECT_EQ(at.post(problem + "/close", R"({"message":"done"})").status, 200);
  EXPECT_EQ(at.post(problem + "/close", R"({"message":"done"})").status, 204);
  EXPECT_EQ(at.get(problem).text("status"), "CLOSED");
  at.send(http::Method::post, "/_sandbox/reset");
  EXPECT_EQ(at.get(problem).text("status"), "OPEN");
}

TEST(DynatraceSandbox, EventsAreReportedForTheEntitiesThatMatch) {
  Harness at;
  auto const deployed = at.get("/events?eventSelector=eventType(%22CUSTOM_DEPLOYMENT%22)").body;
  EXPECT_NE(deployed.find("http://gitlab.test/harbor/api/-/merge_requests/10"), std::string::npos);
  auto const ingest = [&](std::string_view type, std::string_view selector) {
    return at.post(
        "/events/ingest",
        json::to_text(json::Object{
            {"eventType", type},
            {"title", "rollback"},
            {"properties", json::Object{{"by", "mina"}}},
            {"entitySelector", selector},
        })
    );
  };
  auto const none = ingest("CUSTOM_INFO", "type(HOST),entityName(nope)");
  EXPECT_EQ(none.status, 201);
  EXPECT_EQ(none.number("reportCount"), 0);
  auto const made = ingest("CUSTOM_INFO", "type(SERVICE),entityName.equals(harbor-api)");
  EXPECT_EQ(made.number("reportCount"), 1);
  EXPECT_TRUE(at.get("/events?eventSelector=property.by(mina)").has("rollback"));
  EXPECT_EQ(ingest("NO", "type(HOST)").status, 400);
}

TEST(DynatraceSandbox, EntitiesAreSelectedAndRelated) {
  Harness at;
  auto const list = [&](std::string_view selector) {
    return at.get("/entities?entitySelector=" + http::percent_encode(selector));
  };
  EXPECT_EQ(list(R"(type("SERVICE"),entityName.startsWith("Harbor-"))").number("totalCount"), 8);
  EXPECT_EQ(list(R"(type("SERVICE"),healthState("UNHEALTHY"))").number("totalCount"), 2);
  EXPECT_EQ(list(R"(type("SERVICE"),tag("team:payments"))").number("totalCount"), 4);
  EXPECT_EQ(
      list(R"(type("SERVICE"),entityName.contains("~"quoted~" ~~"))").number("totalCount"), 1
  );
  EXPECT_EQ(
      list(R"(type(SERVICE),fromRelationships.calls(type(SERVICE),entityName("orders-db")))")
          .number("totalCount"),
      3
  );
  EXPECT_EQ(list(R"(entityName("x"))").status, 400);
  EXPECT_EQ(list(R"(type("SERVICE")").status, 400);
  auto const one = at.get("/entities/" + std::string(story::kServiceEntity));
  EXPECT_EQ(one.size("fromRelationships.calls"), 4U);
  EXPECT_EQ(one.text("toRelationships.calls.0.id"), story::kFrontEndEntity);
  EXPECT_EQ(at.get("/entityTypes").size("types"), 9U);
}

}  // namespace
}  // namespace davit::sandbox::dynatrace
