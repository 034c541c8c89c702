#include "connectors/dynatrace/dynatrace.h"

#include <gtest/gtest.h>

#include "async/task_scope.h"
#include "connector/definition.h"
#include "connector/failure.h"
#include "connectors/dynatrace/advice.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/grail.h"
#include "connectors/dynatrace/logs.h"
#include "connectors/dynatrace/place.h"
#include "connectors/dynatrace/references.h"
#include "connectors/dynatrace/series.h"
#include "connectors/dynatrace/tables.h"
#include "connectors/dynatrace/traces.h"
#include "mcp/call.h"
#include "support/connector_suite.h"
#include "support/connector_world.h"

namespace davit::connectors::dynatrace {
namespace {

Settings platform() {
  return {
      .base_url = "https://abc12345.apps.dynatrace.com",
      .credential = Secret("dt0s16.EXAMPLE.SECRET"),
  };
}

DAVIT_CONNECTOR_TESTS(
    Dynatrace,
    (testing::ConnectorFiles{
        .connector = connector,
        .settings = platform(),
        .manual = "../../../docs/connectors/dynatrace.md",
    })
);

// Query languages
// -------------------------------------------------------------------------------------------------

std::string fault(std::string_view condition) {
  auto const checked = check_condition("filter", condition);
  return checked ? "" : checked.error().message();
}

TEST(DynatraceEscape, TextsOfDqlStayInTheirQuotes) {
  EXPECT_EQ(dql_text("a"), R"("a")");
  EXPECT_EQ(dql_text(R"(" or true or ")"), R"("\" or true or \"")");
  EXPECT_EQ(dql_text(R"(\)"), R"("\\")");
  EXPECT_EQ(dql_text(R"(\" | fetch x)"), R"("\\\" | fetch x")");
  EXPECT_EQ(dql_text("a\nb"), R"("a b")");
}

TEST(DynatraceEscape, ValuesOfSelectorsStayInTheirQuotes) {
  EXPECT_EQ(selector_text(R"(a"),status("open)"), R"("a~"),status(~"open")");
  EXPECT_EQ(selector_text("~"), R"("~~")");
  EXPECT_EQ(selector_text(R"(~")"), R"("~~~"")");
  EXPECT_EQ(criterion("status", ""), "");
  std::vector<std::string> const all{"a", "", "b"};
  EXPECT_EQ(all_of(all), "a,b");
}

TEST(DynatraceEscape, AConditionStaysOneCondition) {
  EXPECT_EQ(fault(R"(a == "x" and in(b, "y", "z"))"), "");
  EXPECT_EQ(fault(R"(content == "a|b // c /* (")"), "");
  EXPECT_EQ(fault("`odd | name` == 1"), "");
  EXPECT_EQ(fault(R"(content == "a \" | b")"), "");
  EXPECT_NE(fault(R"(content == "a\\" | fetch x)"), "");
  EXPECT_NE(fault("a | fetch x"), "");
  EXPECT_NE(fault("a\n b"), "");
  EXPECT_NE(fault("a // b"), "");
  EXPECT_NE(fault("a /* b"), "");
  EXPECT_NE(fault("a) or (b"), "");
  EXPECT_NE(fault("(a"), "");
  EXPECT_NE(fault(R"("a)"), "");
  EXPECT_NE(fault(R"("""a" | b""")"), "");
  EXPECT_NE(fault("`a"), "");
}

TEST(DynatraceEscape, KnowsIdsLengthsAndFields) {
  EXPECT_TRUE(is_entity_id("SERVICE-6D5CE5A5CA4AA4C9"));
  EXPECT_TRUE(is_entity_id("PROCESS_GROUP-0000000000000001"));
  EXPECT_FALSE(is_entity_id("SERVICE-6D5CE5A5CA4AA4C"));
  EXPECT_FALSE(is_entity_id("checkout-6d5ce5a5ca4aa4c9"));
  EXPECT_TRUE(is_duration("15m"));
  EXPECT_FALSE(is_duration("15"));
  EXPECT_FALSE(is_duration("5m | x"));
  EXPECT_TRUE(is_field_name("k8s.pod.name"));
  EXPECT_FALSE(is_field_name("a, b"));
}

TEST(DynatraceLogs, FiltersNeedNoArguments) {
  EXPECT_EQ(log_filter({}).value_or("?"), "");
  EXPECT_EQ(classic_log_filter({}).value_or("?"), "");
}

// Addresses
// -------------------------------------------------------------------------------------------------

std::string placed(std::string_view url, std::string_view kind, std::string_view path) {
  AuthRule const auth{.name = kind};
  return place(*http::parse_url(url), auth, path).url;
}

TEST(DynatracePlace, KnowsEveryKindOfHost) {
  EXPECT_EQ(
      placed("https://a.live.dynatrace.com", kAccessToken, "v2:/problems"),
      "https://a.live.dynatrace.com/api/v2/problems"
  );
  EXPECT_EQ(
      placed("https://a.apps.dynatrace.com/ui/apps/x", kPlatformToken, "v2:/problems"),
      "https://a.apps.dynatrace.com/platform/classic/environment-api/v2/problems"
  );
  EXPECT_EQ(
      placed("https://a.apps.dynatrace.com", kOauthClient, "grail:/query:execute"),
      "https://a.apps.dynatrace.com/platform/storage/query/v1/query:execute"
  );
  EXPECT_EQ(
      placed("https://a.apps.dynatrace.com", kPlatformToken, "plat:/management/v1/environment"),
      "https://a.apps.dynatrace.com/platform/management/v1/environment"
  );
  for (auto const url : {"https://m.example.com/e/1b", "https://m.example.com/e/1b/api/v2"}) {
    EXPECT_EQ(placed(url, kAccessToken, "v2:/slo"), "https://m.example.com/e/1b/api/v2/slo");
  }
  EXPECT_EQ(
      placed("https://gate:9999/e/1b", kAccessToken, "v2:/slo"), "https://gate:9999/e/1b/api/v2/slo"
  );
}

std::string settings_fault(std::string_view url, std::string_view kind) {
  AuthRule const auth{.name = kind};
  auto const checked = check_settings(*http::parse_url(url), auth);
  return checked ? "" : checked.error().message();
}

TEST(DynatracePlace, SaysWhenTokenAndHostDoNotFit) {
  EXPECT_EQ(settings_fault("https://a.live.dynatrace.com", kAccessToken), "");
  EXPECT_EQ(settings_fault("https://a.apps.dynatrace.com", kPlatformToken), "");
  EXPECT_EQ(settings_fault("https://dynatrace.example.com", kPlatformToken), "");
  EXPECT_EQ(
      settings_fault("https://a.live.dynatrace.com/ui", kPlatformToken),
      "a platform token or OAuth client does not work on a.live.dynatrace.com: set url to "
      "https://a.apps.dynatrace.com"
  );
  EXPECT_EQ(
      settings_fault("https://a.apps.dynatrace.com", kAccessToken),
      "an access token (dt0c01) does not work on a.apps.dynatrace.com: set url to "
      "https://a.live.dynatrace.com, or use a platform token (dt0s16)"
  );
  EXPECT_NE(settings_fault("https://m.example.com/e/1b", kPlatformToken), "");
}

std::string problem_of(std::string_view text) {
  static constexpr Tool kTool{.params = {{.name = "problem"}}};
  json::Object arguments{{"problem", text}};
  auto const base = http::parse_url("https://a.live.dynatrace.com");
  auto const resolved = resolve_references(kTool, *base, arguments);
  return resolved ? std::string(arguments["problem"].get_string()) : resolved.error().message();
}

TEST(DynatraceReferences, AreNumbersIdsOrAddresses) {
  EXPECT_EQ(problem_of(" p-2411012 "), "P-2411012");
  EXPECT_EQ(problem_of("-704_176V2"), "-704_176V2");
  EXPECT_EQ(
      problem_of("https://a.live.dynatrace.com/#problems/problemdetails;gf=all;pid=-704_176V2"),
      "-704_176V2"
  );
  EXPECT_EQ(
      problem_of("https://a.live.dynatrace.com/#problems"),
      "problem is the web address of something else"
  );
}

// Answers
// -------------------------------------------------------------------------------------------------

TEST(DynatraceAdvice, TheCaretStandsBelowThePlace) {
  EXPECT_EQ(caret_under("fetch logs\n| filtr x", 2, 3), "| filtr x\n  ^");
  EXPECT_EQ(caret_under("fetch", 2, 1), "");
  EXPECT_EQ(caret_under("fetch", 1, 100), "fetch\n     ^");
  auto const far = caret_under(std::string(5000, 'a') + "|", 1, 5001);
  EXPECT_LT(far.size(), 320U);
  EXPECT_TRUE(far.ends_with(" ^"));
}

TEST(DynatraceSeries, TimesOfTheirOwnWhenTheStepsDiffer) {
  auto const data = json::parse(
      R"({"timestamps":[1763726400000,1763726460000,1763726580000],"values":[1,null,0.000123456]})"
  );
  auto const series = series_of(*data);
  EXPECT_EQ(
      json::to_text(points_of(series)),
      R"({"start":"2025-11-21T12:00Z",)"
      R"("times":["2025-11-21T12:00Z","2025-11-21T12:01Z","2025-11-21T12:03Z"],)"
      R"("values":[1,null,0.0001235]})"
  );
  EXPECT_TRUE(summary_of({}).empty());
}

TEST(DynatraceTraces, SpansThatNameEachOtherEnd) {
  auto const spans = json::parse(
      R"([{"id":"r"},{"id":"a","parent":"b"},{"id":"b","parent":"a"},{"id":"r","parent":"r"}])"
  );
  EXPECT_EQ(in_tree_order(spans->get_array()).size(), 2U);
}

TEST(DynatraceGrail, TimesKeepTheirMilliseconds) {
  EXPECT_EQ(short_time("2026-11-21T11:59:00.123456789Z"), "2026-11-21T11:59:00.123Z");
  EXPECT_EQ(short_time("2026-11-21T11:59:00.000000000Z"), "2026-11-21T11:59:00Z");
  EXPECT_EQ(short_time("2026-11-21T11:59:00.1Z"), "2026-11-21T11:59:00.1Z");
  EXPECT_EQ(short_time("v1.2"), "v1.2");
  EXPECT_EQ(clean_value(json::Value("\x1B[0;31mred\x1B[0m x")).get_string(), "red x");
}

// A server that holds each request for a minute, and takes a cancellation at once.
testing::ScriptedAnswer slow_grail(const http::ClientRequest& request) {
  if (request.url.find(":execute") != std::string::npos) {
    return {.status = 202, .body = R"({"state":"RUNNING","requestToken":"t-1"})"};
  }
  if (request.url.find(":cancel") != std::string::npos) {
    return {.status = 202, .delay = std::chrono::milliseconds(2)};
  }
  return {.body = R"({"state":"RUNNING"})", .delay = std::chrono::minutes(1)};
}

Async<> run_query_tool(mcp::Tool tool, Result<mcp::ToolResult>* outcome) {
  json::Object arguments{{"query", "fetch logs"}};
  mcp::Context const context(std::make_shared<mcp::Call>());
  auto run = tool.handler(context, std::move(arguments));
  *outcome = co_await std::move(run);
  co_return Result<>();
}

Async<> cancel_while_it_polls(
    testing::ConnectorWorld* world, TaskScope* scope, Result<mcp::ToolResult>* outcome
) {
  mcp::Tool tool;
  for (auto& each : connector::make_tools(world->instance())) {
    if (each.definition.name == "dynatrace_execute_dql") tool = each;
  }
  auto task = scope->spawn("call", run_query_tool(std::move(tool), outcome));
  EXPECT_EQ(world->client().seen.size(), 2U);
  task.cancel();
  co_return co_await scope->join();
}

TEST(DynatraceGrail, ACancelledCallCancelsItsQuery) {
  testing::ConnectorWorld world(connector, platform());
  world.client().responder = slow_grail;
  TaskScope scope(world.loop().executor(), {});
  Result<mcp::ToolResult> outcome = Error(ErrorKind::internal, "not run");
  ASSERT_TRUE(world.loop().run(cancel_while_it_polls(&world, &scope, &outcome)));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), ErrorKind::cancelled);
  ASSERT_EQ(world.client().seen.size(), 3U);
  EXPECT_TRUE(world.client().seen[2].url.ends_with("query:cancel?request-token=t-1"));
}

// Size
// -------------------------------------------------------------------------------------------------

TEST(DynatraceTools, OfTheDefaultSetAreFew) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  connector::for_each_tool(connector, [&](const Tool& tool) {
    if (tool.offer != Offer::by_default) return;
    auto const definition = connector::define(tool);
    json::Object const shown{
        {"name", definition.name},
        {"title", definition.title},
        {"description", definition.description},
        {"inputSchema", definition.input_schema},
        {"annotations",
         {{"readOnlyHint", definition.annotations.read_only},
          {"destructiveHint", definition.annotations.destructive},
          {"idempotentHint", definition.annotations.idempotent},
          {"openWorldHint", definition.annotations.open_world}}},
    };
    bytes += json::to_text(shown).size();
    ++count;
  });
  EXPECT_EQ(count, 25U);
  EXPECT_LT(bytes, 30'000U);
  RecordProperty("bytes", static_cast<int>(bytes));
}

}  // namespace
}  // namespace davit::connectors::dynatrace
