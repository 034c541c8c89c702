// Metrics, objectives, vulnerabilities, settings, logs, and the platform beside Grail.
#include <gtest/gtest.h>

#include "http/url.h"
#include "sandbox/dynatrace/test_harness.h"

namespace davit::sandbox::dynatrace {
namespace {

TEST(DynatraceClassic, TheFailureRateJumpsWhenTheProblemOpens) {
  Harness at;
  auto const selector = http::percent_encode(
      "builtin:service.errors.total.rate:filter(eq(\"dt.entity.service\",\"" +
      std::string(story::kServiceEntity) +
      "\")):names,builtin:service.response.time:splitBy():"
      "percentile(95)"
  );
  auto const found = at.get("/metrics/query?resolution=5m&from=now-2h&metricSelector=" + selector);
  EXPECT_EQ(found.status, 200) << found.body;
  auto const* values = json::find_array(found.json, "result.0.data.0.values");
  ASSERT_NE(values, nullptr) << found.body;
  EXPECT_LT(values->front().to_number<double>(), 1.0);
  EXPECT_GT(values->back().to_number<double>(), 8.0);
  EXPECT_EQ(found.text("result.0.data.0.dimensions.0"), "harbor-api");
  EXPECT_EQ(found.size("result.1.data"), 1U);
  EXPECT_EQ(at.get("/metrics/query?metricSelector=builtin:no.such").status, 404);
  EXPECT_EQ(at.get("/metrics/query?metricSelector=builtin:host.cpu.usage:frobnicate").status, 400);
  EXPECT_EQ(at.get("/metrics?pageSize=10&text=cpu").size("metrics"), 10U);
  EXPECT_EQ(at.get("/metrics?metricSelector=builtin:host.cpu.*").number("totalCount"), 9);
}

TEST(DynatraceClassic, TheObjectiveBurns) {
  Harness at;
  auto const plain = at.get("/slo?sloSelector=name(%22Checkout%20availability%22)");
  EXPECT_EQ(plain.text("slo.0.error"), "EVALUATION_NOT_TRIGGERED");
  auto const one = at.get("/slo/" + plain.text("slo.0.id"));
  EXPECT_EQ(one.text("status"), "FAILURE");
  EXPECT_EQ(one.text("errorBudgetBurnRate.burnRateType"), "FAST");
  EXPECT_EQ(at.get("/slo?evaluate=true&pageSize=26").status, 400);
  EXPECT_EQ(at.get("/slo?evaluate=true").size("slo"), 25U);
}

TEST(DynatraceClassic, VulnerabilitiesHaveRemediation) {
  Harness at;
  auto const list = at.get(
      "/securityProblems?fields=+riskAssessment&securityProblemSelector=" +
      http::percent_encode(R"(riskLevel("CRITICAL","HIGH"),muted("FALSE"))")
  );
  EXPECT_EQ(list.number("totalCount"), 2) << list.body;
  EXPECT_EQ(list.text("securityProblems.0.riskAssessment.exposure"), "PUBLIC_NETWORK");
  auto const path = "/securityProblems/" + list.text("securityProblems.0.securityProblemId");
  EXPECT_TRUE(at.get(path).has("qs-parse"));
  EXPECT_EQ(at.get(path + "/remediationItems").size("remediationItems"), 2U);
  auto const of_group =
      at.get("/securityProblems?securityProblemSelector=affectedPgNames%28%22harbor-api%22%29");
  EXPECT_TRUE(of_group.has("S-121")) << of_group.body;
  EXPECT_EQ(
      at.get("/securityProblems?securityProblemSelector=affectedPgNames%28%22nobody%22%29")
          .number("totalCount"),
      0
  );
}

TEST(DynatraceClassic, SettingsAnswerForEachObject) {
  Harness at;
  auto const window = [](std::string_view type) {
    return json::Object{
        {"schemaId", "builtin:alerting.maintenance-window"},
        {"scope", "environment"},
        {"value",
         json::Object{
             {"enabled", true},
             {"generalProperties",
              json::Object{
                  {"name", "Work on orders-db"},
                  {"maintenanceType", type},
                  {"suppression", "DETECT_PROBLEMS_DONT_ALERT"},
              }},
             {"schedule",
              json::Object{
                  {"scheduleType", "ONCE"},
                  {"onceRecurrence",
                   json::Object{
                       {"startTime", "2026-11-22T01:00:00"},
                       {"endTime", "2026-11-22T02:00:00"},
                       {"timeZone", "UTC"},
                   }},
              }},
             {"filters", json::Array{}},
         }},
    };
  };
  auto const good = json::to_text(json::Value(window("PLANNED")));
  auto const bad = json::to_text(json::Value(window("SOMETIMES")));
  EXPECT_EQ(at.post("/settings/objects?validateOnly=true", "[" + good + "]").status, 200);
  auto const list = "/settings/objects?schemaIds=builtin:alerting.maintenance-window";
  EXPECT_EQ(at.get(list).number("totalCount"), 0);
  auto const mixed = at.post("/settings/objects", "[" + good + "," + bad + "]");
  EXPECT_EQ(mixed.status, 207);
  EXPECT_EQ(mixed.number("0.code"), 200);
  EXPECT_EQ(mixed.text("1.error.constraintViolations.0.path"), "generalProperties/maintenanceType");
  EXPECT_EQ(at.get(list).text("items.0.objectId"), mixed.text("0.objectId"));
  EXPECT_EQ(at.post("/settings/objects", "[" + bad + "]").status, 400);
}

TEST(DynatraceClassic, LogsAreSearchedInSlices) {
  Harness at;
  auto slice = at.get("/logs/search?limit=100&from=now-1h&query=status%3D%22ERROR%22");
  EXPECT_EQ(slice.number("sliceSize"), 100);
  EXPECT_TRUE(slice.has("PoolExhaustedError"));
  std::size_t seen = slice.size("results");
  for (int i = 0; i < 9 && slice.text("nextSliceKey") != "(none)"; ++i) {
    slice = at.get("/logs/search?query=ignored&nextSliceKey=" + slice.text("nextSliceKey"));
    seen += slice.size("results");
  }
  EXPECT_EQ(seen, 230U);
  auto const counted = at.get("/logs/aggregate?from=now-1h&groupBy=loglevel&timeBuckets=1");
  EXPECT_TRUE(counted.has(R"("ERROR":230)")) << counted.body;
  // (loglevel="ERROR" OR loglevel="WARN") AND content="pool"
  auto const either = at.get(
      "/logs/aggregate?from=now-1h&groupBy=loglevel&timeBuckets=1&query=%28loglevel%3D%22ERROR%22"
      "%20OR%20loglevel%3D%22WARN%22%29%20AND%20content%3D%22pool%22"
  );
  EXPECT_TRUE(either.has(R"("ERROR":230)")) << either.body;
  EXPECT_FALSE(either.has("INFO")) << either.body;
}

TEST(DynatraceClassic, ThePlatformKnowsItsEnvironmentAndTokens) {
  Harness at;
  auto const post = [&](std::string_view path, std::string body) {
    return at.send(http::Method::post, path, std::move(body));
  };
  EXPECT_EQ(
      at.send(http::Method::get, "/platform/management/v1/environment").text("state"), "ACTIVE"
  );
  auto const resolved = post(
      "/platform/management/v1/effective-permissions:resolve",
      R"({"permissions":[{"permission":"storage:logs:read"},{"permission":"no:such"}]})"
  );
  EXPECT_EQ(resolved.text("0.granted"), "true");
  EXPECT_EQ(resolved.text("1.granted"), "false");
  auto const generated =
      post("/platform/davis/copilot/v1/skills/nl2dql:generate", R"({"text":"errors in my logs"})");
  EXPECT_TRUE(generated.has("fetch logs"));
  auto const documents = at.send(
      http::Method::get,
      "/platform/document/v1/documents?page-size=10&filter=type%20%3D%3D%20%27notebook%27"
  );
  EXPECT_EQ(documents.size("documents"), 2U);
  at.content_type = "multipart/form-data; boundary=b1";
  auto const made = post(
      "/platform/document/v1/documents",
      "--b1\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nOutage\r\n"
      "--b1\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nnotebook\r\n--b1--\r\n"
  );
  EXPECT_EQ(made.text("name"), "Outage") << made.body;
  at.content_type = "application/json";
  at.authorization = "Api-Token " + Options().access_token;
  auto const looked_up =
      post("/api/v2/apiTokens/lookup", R"({"token":")" + Options().access_token + "\"}");
  EXPECT_TRUE(looked_up.has("problems.read"));
}

}  // namespace
}  // namespace davit::sandbox::dynatrace
