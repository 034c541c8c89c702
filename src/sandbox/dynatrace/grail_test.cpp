#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sandbox/dynatrace/test_harness.h"

namespace davit::sandbox::dynatrace {
namespace {

constexpr std::string_view kTrace = "7c1e5a90d2b34f6188aa03c95e4f7b21";

TEST(DynatraceGrail, TheSymptomIsInTheLogsSinceTheDeployment) {
  Harness at;
  auto const found = at.execute(
      R"(fetch logs, from:-1h | filter loglevel == "ERROR" and contains(content, "PoolExhausted")
         | summarize n = count(), by:{service.name, bin(timestamp, 1h)})"
  );
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.text("state"), "SUCCEEDED");
  EXPECT_EQ(found.text("result.records.0.service.name"), "(none)");
  EXPECT_TRUE(found.has(R"("service.name":"harbor-api")")) << found.body;
  EXPECT_TRUE(found.has(R"("n":")"));
  EXPECT_TRUE(found.has("\"bin(timestamp, 1h)\":\"2026-11-21T")) << found.body;
  EXPECT_GT(found.number("result.metadata.grail.scannedBytes"), 0);
}

TEST(DynatraceGrail, CountsOverTimeAndNamesOfEntities) {
  Harness at;
  auto const found = at.execute(
      R"(fetch logs, from:-2h | filter in("harbor-api", entityName(dt.entity.service))
         | makeTimeseries n = count(default:0), by:{loglevel}, bins:12
         | sort arraySum(n) desc | limit 10)"
  );
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.text("result.records.1.loglevel"), "ERROR") << found.body;
  EXPECT_EQ(found.text("result.records.1.interval"), "600000000000") << found.body;
  EXPECT_EQ(found.size("result.records.1.n"), 12U);
}

TEST(DynatraceGrail, OneTraceHasTwelveSpans) {
  Harness at;
  auto const dql = fmt::format("fetch spans | filter trace.id == toUid(\"{}\")", kTrace);
  EXPECT_EQ(at.execute(dql).size("result.records"), 12U);
  EXPECT_EQ(
      at.execute(fmt::format("fetch spans | filter trace.id == \"{}\"", kTrace))
          .size("result.records"),
      0U
  );
  auto const slow = at.execute(
      "fetch spans | filter request.is_failed == true and duration > 6s and isNull(span.parent_id) "
      "| sort duration desc | fields trace.id, duration, span.name | limit 3"
  );
  EXPECT_EQ(slow.size("result.records"), 3U) << slow.body;
  EXPECT_EQ(slow.size("result.types"), 1U);
  EXPECT_TRUE(slow.has(R"("duration":{"type":"duration"})")) << slow.body;
  EXPECT_TRUE(slow.has(kTrace));
}

TEST(DynatraceGrail, SyntaxErrorsHaveAPosition) {
  Harness at;
  auto const wrong = at.execute("fetch logs\n| filter content contains \"x\"");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.number("error.details.syntaxErrorPosition.start.line"), 2);
  EXPECT_EQ(wrong.number("error.details.syntaxErrorPosition.start.column"), 18);
  EXPECT_EQ(wrong.text("error.details.arguments.0"), "contains");
  for (auto const* dql :
       {"fetchh logs",
        "fetch logs | summarize n=count(), by a",
        "fetch nothing",
        "fetch logs | filter nope(content)",
        "fetch logs | filter loglevel in [\"E\"]",
        "fetch logs | filter content == \"x",
        "fetch logs | parse content, \"LD\"",
        "",
        "|"}) {
    EXPECT_EQ(at.execute(dql).status, 400) << dql;
  }
  auto const verified =
      at.send(http::Method::post, at.grail + "query:verify", R"({"query":"fetch logs | filtr x"})");
  EXPECT_EQ(verified.status, 200);
  EXPECT_TRUE(verified.has(R"("valid":false)"));
  EXPECT_EQ(verified.number("notifications.0.syntaxPosition.start.index"), 13);
}

TEST(DynatraceGrail, OddTimesAndNumbersAreHarmless) {
  Harness at;
  for (auto const* dql :
       {"fetch logs, from:-14000w, to:toTimestamp(\"9999-12-31T00:00:00Z\") | limit 0",
        "fetch logs | fieldsAdd x = 9223372036854775807 * 9223372036854775807 | limit 1",
        "fetch logs | summarize sum(duration), percentile(content, 200)",
        "fetch logs | limit -5",
        "timeseries avg(dt.host.cpu.usage), from:-14000w, interval:1m"}) {
    EXPECT_LT(at.execute(dql).status, 300) << dql;
  }
  EXPECT_EQ(at.execute("fetch logs | filter " + std::string(5000, '(')).status, 400);
}

TEST(DynatraceGrail, MissingScopesAreNamed) {
  Harness at;
  at.authorization = "Bearer " + Options().limited_token;
  EXPECT_EQ(at.execute("fetch logs | limit 1").status, 200);
  auto const refused = at.execute("fetch spans");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("error.details.missingScopes.0"), "storage:spans:read");
}

TEST(DynatraceGrail, LongScansAnswerLater) {
  Harness at;
  auto const started = at.execute("fetch logs, from:-2d");
  EXPECT_EQ(started.status, 202);
  EXPECT_EQ(started.text("state"), "RUNNING");
  auto const token = started.text("requestToken");
  EXPECT_EQ(at.poll(token).number("progress"), 60);
  EXPECT_EQ(at.poll(token).text("state"), "SUCCEEDED");
  EXPECT_EQ(
      at.send(http::Method::post, at.grail + "query:cancel?request-token=" + token).status, 200
  );
  at.clock.advance(10min);
  EXPECT_EQ(at.poll(token).text("state"), "RESULT_GONE");

  auto const queued = at.execute("fetch logs, from:-9d | limit 1").text("requestToken");
  EXPECT_EQ(at.poll(queued).text("state"), "NOT_STARTED");
  EXPECT_EQ(
      at.send(http::Method::post, at.grail + "query:cancel?request-token=" + queued).status, 202
  );
  EXPECT_EQ(at.poll(queued).text("state"), "CANCELLED");

  auto const failing = at.execute("fetch logs, from:-2d", R"(,"fetchTimeoutSeconds":1)");
  at.poll(failing.text("requestToken"));
  EXPECT_EQ(at.poll(failing.text("requestToken")).text("state"), "FAILED");
  auto const dead = at.execute("fetch logs, from:-2d", R"(,"pollingPromiseSeconds":30)");
  at.clock.advance(31s);
  EXPECT_EQ(at.poll(dead.text("requestToken")).text("state"), "CANCELLED");
  EXPECT_EQ(at.poll("unknown").status, 410);
}

TEST(DynatraceGrail, LimitsAreSaidInTheMetadata) {
  Harness at;
  auto const token = at.execute("fetch logs, from:-9d").text("requestToken");
  for (int i = 0; i < 2; ++i) at.poll(token);
  auto const all = at.poll(token);
  EXPECT_EQ(all.size("result.records"), 1000U);
  EXPECT_EQ(all.text("result.metadata.grail.notifications.0.notificationType"), "LIMIT_ADDED");
  auto const part = at.execute("fetch logs | limit 5", R"(,"defaultScanLimitGbytes":0.1)");
  EXPECT_TRUE(part.has(R"("sampled":true)"));
  EXPECT_TRUE(part.has("SCAN_LIMIT_GBYTES"));
  EXPECT_EQ(
      at.execute("fetch logs | limit 5", R"(,"includeTypes":false)").size("result.types"), 0U
  );
  EXPECT_EQ(at.execute("fetch logs", R"(,"maxResultRecords":7)").size("result.records"), 7U);
}

TEST(DynatraceGrail, ProblemsEventsAndSeriesTellTheStory) {
  Harness at;
  auto const problems = at.execute(
      R"(fetch dt.davis.problems, from:-6h | filter event.status == "ACTIVE" and
         not dt.davis.is_duplicate == true | fields event.id, display_id, event.category)"
  );
  EXPECT_EQ(problems.size("result.records"), 2U) << problems.body;
  EXPECT_TRUE(problems.has("P-26110042"));
  auto const pods =
      at.execute(R"(fetch events | filter event.kind == "K8S_EVENT" and in(event.type, "Warning"))"
      );
  EXPECT_EQ(pods.size("result.records"), 3U) << pods.body;
  auto const series = at.execute(fmt::format(
      "timeseries failed = sum(dt.service.request.failure_count), "
      "n = sum(dt.service.request.count), by:{{dt.entity.service}}, "
      "filter: dt.entity.service == \"{}\", interval:5m",
      story::kServiceEntity
  ));
  EXPECT_EQ(series.size("result.records"), 1U) << series.body;
  EXPECT_EQ(series.size("result.records.0.failed"), 24U) << series.body;
  EXPECT_EQ(at.execute("smartscapeNodes SERVICE").size("result.records"), 10U);
  EXPECT_EQ(
      at.execute("fetch dt.entity.host | summarize count()").text("result.records.0.count()"), "46"
  );
  EXPECT_EQ(
      at.execute("fetch bizevents | summarize avg(amount), by:{event.type}").size("result.records"),
      2U
  );
}

}  // namespace
}  // namespace davit::sandbox::dynatrace
