#include "connector/request.h"

#include <gtest/gtest.h>

#include "connector/arguments.h"
#include "connector/definition.h"
#include "connector/paging.h"

namespace davit::connector {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "toy_list",
        .title = "List",
        .description = "Things.",
        .toolset = "things",
        .call = {.path = "/projects/{project}/things?scope=all&deep=1|/things?scope=mine"},
        .params =
            {
                {.name = "project", .in = In::path},
                {.name = "state", .choices = "open|closed", .fallback = "open"},
                {.name = "scope"},
                {.name = "labels", .kind = Kind::joined_list},
                {.name = "ids", .kind = Kind::string_list, .wire = "ids[]"},
                {.name = "since", .kind = Kind::timestamp},
                {.name = "limit",
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 100,
                 .wire = "per_page"},
                {.name = "cursor", .in = In::none},
                {.name = "deep", .kind = Kind::boolean, .needs = "project"},
                {.name = "shallow", .kind = Kind::boolean, .needs = "!project !state"},
            },
        .paging = kLinkHeader,
        .keep = "id",
        .source = "https://example.com/",
    },
    {
        .name = "toy_create",
        .title = "Create",
        .description = "A thing.",
        .toolset = "things",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/things/{id}"},
        .params =
            {
                {.name = "id", .in = In::path, .required = true},
                {.name = "title", .in = In::body},
                {.name = "labels", .in = In::body, .kind = Kind::joined_list},
                {.name = "ids", .in = In::body, .kind = Kind::string_list, .wire = "thing_ids"},
                {.name = "hot", .in = In::body, .kind = Kind::boolean},
            },
        .source = "https://example.com/",
    },
};
static_assert(checked(kTools));

constexpr auto& kList = kTools[0];
constexpr auto& kCreate = kTools[1];

json::Object parsed(std::string_view arguments) { return json::parse(arguments)->get_object(); }

std::string loosened(const Tool& tool, std::string_view arguments) {
  auto object = parsed(arguments);
  accept_loose_arguments(tool, object);
  return json::to_text(object);
}

std::string completed(const Tool& tool, std::string_view arguments) {
  auto object = parsed(arguments);
  auto const now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  auto const done = complete_arguments(tool, object, now);
  return done ? json::to_text(object) : done.error().message();
}

std::string target(const Tool& tool, std::string_view arguments) {
  auto const request = build_request(tool, parsed(arguments));
  return request ? request->target : request.error().message();
}

TEST(LooseArguments, AreWhatModelsWrite) {
  EXPECT_EQ(loosened(kList, R"({"limit":"5"})"), R"({"limit":5})");
  EXPECT_EQ(loosened(kList, R"({"limit":5.0})"), R"({"limit":5})");
  EXPECT_EQ(loosened(kList, R"({"limit":1000})"), R"({"limit":100})");
  EXPECT_EQ(loosened(kList, R"({"limit":-1})"), R"({"limit":1})");
  EXPECT_EQ(loosened(kList, R"({"deep":"True"})"), R"({"deep":true})");
  EXPECT_EQ(loosened(kList, R"({"deep":"false"})"), R"({"deep":false})");
  EXPECT_EQ(loosened(kList, R"({"project":7})"), R"({"project":"7"})");
  EXPECT_EQ(loosened(kList, R"({"labels":"a"})"), R"({"labels":["a"]})");
  EXPECT_EQ(loosened(kList, R"({"labels":"[\"a\",\"b\"]"})"), R"({"labels":["a","b"]})");
  EXPECT_EQ(loosened(kList, R"({"labels":"[a"})"), R"({"labels":["[a"]})");
  EXPECT_EQ(loosened(kList, R"({"ids":[1,"b"]})"), R"({"ids":["1","b"]})");
  EXPECT_EQ(loosened(kList, R"({"state":"OPEN"})"), R"({"state":"open"})");
  EXPECT_EQ(loosened(kList, R"({"state":null,"scope":""})"), "{}");
}

TEST(LooseArguments, LeaveWhatTheyDoNotUnderstandForTheSchema) {
  for (auto const* text :
       {R"({"limit":"many"})",
        R"({"deep":"yes"})",
        R"({"state":"done"})",
        R"({"project":{"id":7}})",
        R"({"other":1})"}) {
    EXPECT_EQ(loosened(kList, text), text);
  }
}

TEST(LooseArguments, AnEmptyTextInABodyIsAChange) {
  EXPECT_EQ(loosened(kCreate, R"({"id":"","title":""})"), R"({"id":"","title":""})");
}

TEST(CompleteArguments, HaveDefaultsAndPointsInTime) {
  EXPECT_EQ(
      completed(kList, R"({"since":"1d"})"),
      R"({"since":"2026-11-20T00:00:00Z","state":"open","limit":20})"
  );
}

TEST(CompleteArguments, RefuseWhatDoesNotGoTogether) {
  EXPECT_EQ(completed(kList, R"({"deep":true})"), "deep can be used only together with project");
  EXPECT_EQ(
      completed(kList, R"({"shallow":true,"project":"7"})"),
      "shallow cannot be used together with project"
  );
  EXPECT_EQ(
      completed(kList, R"({"shallow":true,"state":"open"})"),
      "shallow cannot be used together with state"
  );
}

TEST(BuiltRequest, TakesTheFirstPathThatIsFilled) {
  EXPECT_EQ(target(kList, R"({"project":"a/b"})"), "/projects/a%2Fb/things?scope=all&deep=1");
  EXPECT_EQ(target(kList, "{}"), "/things?scope=mine");
  EXPECT_EQ(target(kCreate, "{}"), "an argument is missing: give id");
}

TEST(BuiltRequest, AnArgumentWinsOverAFixedPair) {
  EXPECT_EQ(
      target(kList, R"({"project":"7","scope":"x","deep":true})"),
      "/projects/7/things?scope=x&deep=true"
  );
}

TEST(BuiltRequest, EncodesQueries) {
  EXPECT_EQ(
      target(
          kList, R"({"labels":["a b","c&d"],"ids":["1","2"],"since":"2026-11-20T14:02:31+02:00"})"
      ),
      "/things?scope=mine&labels=a%20b%2Cc%26d&ids%5B%5D=1&ids%5B%5D=2&since=2026-11-20T14%3A02%"
      "3A31%2B02%3A00"
  );
}

TEST(BuiltRequest, PutsBodiesIntoJson) {
  auto const request = build_request(
      kCreate, parsed(R"({"id":"7","title":"","labels":["a","b"],"ids":["1"],"hot":false})")
  );
  ASSERT_TRUE(request);
  EXPECT_EQ(request->target, "/things/7");
  EXPECT_EQ(request->body, R"({"title":"","labels":"a,b","thing_ids":["1"],"hot":false})");
}

TEST(PathSegment, HoldsAnythingButAWayOut) {
  EXPECT_EQ(*encode_segment("x", "a/b c+d#e%f?g"), "a%2Fb%20c%2Bd%23e%25f%3Fg");
  EXPECT_EQ(*encode_segment("x", "..."), "...");
  EXPECT_EQ(*encode_segment("x", "a..b"), "a..b");
  EXPECT_EQ(*encode_segment("x", "\xC3\xA9"), "%C3%A9");
  for (auto const* text :
       {"",
        ".",
        "..",
        "../",
        "a/../b",
        "a/..",
        "./a",
        "%2e%2e",
        "%2e%2e%2fa",
        "..%2fa",
        "a\\..\\b",
        "a\nb",
        "\x7F"}) {
    EXPECT_FALSE(encode_segment("x", text)) << text;
  }
  EXPECT_FALSE(encode_segment("x", std::string_view("a\0b", 3)));
}

TEST(ExpandedPath, TakesArgumentsAndFieldsOfAnAnswer) {
  auto const answer = *json::parse(R"({"id":12,"at":{"ref":"a/b"}})");
  EXPECT_EQ(
      *expand_path("/p/{id}/{.id}/{.at.ref}?x={.id}", parsed(R"({"id":"7"})"), answer),
      "/p/7/12/a%2Fb?x=12"
  );
  EXPECT_FALSE(expand_path("/p/{.missing}", {}, answer));
}

TEST(NextLink, IsFoundAmongOthers) {
  EXPECT_EQ(
      next_link({{"Link", R"(<https://a/?p=2>; rel="next", <https://a/?p=9>; rel="last")"}}),
      "https://a/?p=2"
  );
  EXPECT_EQ(
      next_link(
          {{"link", R"(<https://a/?p=1>; rel="first",<https://a/?q=a,b>; title="x"; rel=next)"}}
      ),
      "https://a/?q=a,b"
  );
  EXPECT_EQ(next_link({{"Link", R"(<https://a>; rel="prev next")"}}), "https://a");
  EXPECT_EQ(
      next_link({{"Link", R"(<https://a>; rel="prev")"}, {"Link", R"(<https://b>; rel="next")"}}),
      "https://b"
  );
  EXPECT_EQ(next_link({{"Link", "garbage"}, {"Link", "<https://a"}, {"Link", ""}}), std::nullopt);
}

TEST(Definition, IsAFlatSchemaWithoutSurprises) {
  auto const definition = define(kList);
  EXPECT_EQ(
      json::to_text(definition.input_schema),
      R"({"type":"object","properties":{)"
      R"("project":{"type":"string"},)"
      R"("state":{"type":"string","enum":["open","closed"],"default":"open"},)"
      R"("scope":{"type":"string"},)"
      R"("labels":{"type":"array","items":{"type":"string"}},)"
      R"("ids":{"type":"array","items":{"type":"string"}},)"
      R"("since":{"type":"string"},)"
      R"("limit":{"type":"integer","minimum":1,"maximum":100,"default":20},)"
      R"("cursor":{"type":"string"},)"
      R"("deep":{"type":"boolean"},"shallow":{"type":"boolean"}},)"
      R"("additionalProperties":false})"
  );
  EXPECT_TRUE(definition.output_schema);
  EXPECT_TRUE(definition.annotations.read_only);
  EXPECT_TRUE(definition.annotations.idempotent);
  auto const write = define(kCreate);
  EXPECT_EQ(json::to_text(*write.input_schema.if_contains("required")), R"(["id"])");
  EXPECT_FALSE(write.annotations.read_only);
  EXPECT_FALSE(write.annotations.destructive);
  EXPECT_FALSE(write.annotations.idempotent);
}

}  // namespace
}  // namespace davit::connector
