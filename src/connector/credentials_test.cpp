// How credentials travel, where requests go, and what names become.
#include <gtest/gtest.h>

#include "connector/instance.h"
#include "connector/invocation.h"
#include "connector/lookup.h"
#include "support/connector_world.h"

namespace davit::connector {
namespace {

using testing::ConnectorWorld;

constexpr AuthRule kRules[] = {
    {.name = "classic", .prefix = "old.", .scheme = "Api-Token "},
    {.name = "basic", .kind = AuthRule::Kind::basic, .needs_user = true},
    {.name = "client",
     .kind = AuthRule::Kind::client_credentials,
     .only_named = true,
     .token_url = "/oauth/token",
     .scope = "read"},
    {.name = "key", .only_named = true, .header = "X-Key", .scheme = ""},
    {.name = "token", .prefix = "new."},
};

bool is_number(Str value) { return value.find_first_not_of("0123456789") == Str::npos; }

constexpr Lookup kTeam{
    .what = "team",
    .path = "/teams?query={.value}",
    .root = "teams",
    .names = "name short",
    .is_id = is_number,
    .self_path = "/me",
    .self_id = "team.id",
};

Async<json::Value> fetch_picture(Invocation call) {
  call.attach_image("image/png", "bytes");
  co_return json::Object{{"name", "a.png"}};
}

Async<ApiRequest> make_search(Invocation call) {
  auto request = make_request(
      http::Method::post, "/search", json::Object{{"q", call.text("query")}, {"limit", 2}}
  );
  co_return request;
}

constexpr Tool kTools[] = {
    {.name = "toy_get",
     .title = "Get",
     .description = "A thing.",
     .toolset = "all",
     .call = {.path = "/thing"},
     .source = "https://example.com/"},
    {.name = "toy_elsewhere",
     .title = "Elsewhere",
     .description = "At another host.",
     .toolset = "all",
     .call = {.path = "events:/enqueue"},
     .source = "https://example.com/"},
    {.name = "toy_create",
     .title = "Create",
     .description = "Makes a thing.",
     .toolset = "all",
     .effect = Effect::write,
     .call =
         {.method = http::Method::post, .path = "/things", .body = R"({"thing":{"type":"thing"}})"},
     .params =
         {{.name = "title", .in = In::body, .wire = "thing.title"},
          {.name = "team",
           .in = In::body,
           .wire = "thing.team",
           .reference = "team_reference",
           .lookup = &kTeam},
          {.name = "first", .in = In::body, .wire = "thing.rows.0.name"},
          {.name = "extra",
           .in = In::body,
           .kind = Kind::object,
           .wire = "thing.extra",
           .schema = R"({"type":"object"})"}},
     .source = "https://example.com/"},
    {.name = "toy_search",
     .title = "Search",
     .description = "Finds things.",
     .toolset = "all",
     .params =
         {{.name = "query", .in = In::none},
          {.name = "limit", .in = In::none, .kind = Kind::integer},
          {.name = "cursor", .in = In::none}},
     .paging = {.kind = Paging::Kind::token, .next = "next", .param = "page", .total = "count"},
     .root = "rows",
     .keep = "id at=when@ text~",
     .source = "https://example.com/",
     .make = make_search},
    {.name = "toy_picture",
     .title = "Picture",
     .description = "A picture.",
     .toolset = "all",
     .source = "https://example.com/",
     .run = fetch_picture},
};
static_assert(checked(kTools));

constexpr std::span<const Tool> kTable = kTools;
constexpr const std::span<const Tool>* kTables[] = {&kTable};
constexpr Toolset kToolsets[] = {{"all", "All.", "things.read", "things.write"}};

Place place(const http::Url& base, const AuthRule&, Str path) {
  if (path.starts_with("events:")) {
    return {.url = "https://events.example.com" + std::string(path.substr(7))};
  }
  return {.url = base.origin() + base.path + std::string(path)};
}

std::optional<std::string> rich_text(const json::Value& value) {
  auto const text = json::find_string(value, "doc");
  return text ? std::optional("*" + std::string(*text) + "*") : std::nullopt;
}

constexpr Connector kToy{
    .name = "toy",
    .title = "Toy",
    .auth = kRules,
    .download_hosts = "media.example.com",
    .toolsets = kToolsets,
    .tables = kTables,
    .foreign_authors = "strangers",
    .place = place,
    .rich_text = rich_text,
};

Settings at_home(std::string token, std::string user = {}, std::string auth = {}) {
  Settings settings{.base_url = "https://toy.example.com/api", .user = std::move(user)};
  settings.auth = std::move(auth);
  settings.credential = Secret(std::move(token));
  settings.access = Access::full;
  return settings;
}

std::string authorization_of(const Settings& settings) {
  ConnectorWorld world(kToy, settings);
  world.client().script.push_back({.body = "{}"});
  EXPECT_TRUE(world.call("toy_get", "{}"));
  auto const& headers = world.client().seen.at(0).headers;
  return std::string(headers.get("Authorization").value_or(headers.get("X-Key").value_or("none")));
}

TEST(Auth, TheFirstRuleThatFitsTheCredentialIsTaken) {
  EXPECT_EQ(authorization_of(at_home("old.1")), "Api-Token old.1");
  EXPECT_EQ(authorization_of(at_home("new.1")), "Bearer new.1");
  EXPECT_EQ(authorization_of(at_home("any", "mina")), "Basic bWluYTphbnk=");
  EXPECT_EQ(authorization_of(at_home("any", "", "key")), "any");
}

TEST(Auth, ACredentialOfNoKnownKindIsSaidAtTheStart) {
  auto const refused = choose_auth(kRules, "", "", Secret("any"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message(),
      "the token is of no kind that this connector knows: classic, basic, client, key, token; for "
      "basic set `user`, too"
  );
  EXPECT_FALSE(choose_auth(kRules, "tokn", "", Secret("new.1")));
}

TEST(Auth, AClientFetchesItsTokenOnceAndAgainWhenItIsRefused) {
  ConnectorWorld world(kToy, at_home("s3cret", "id", "client"));
  world.client().script.push_back({.body = R"({"access_token":"one","expires_in":1800})"});
  world.client().script.push_back({.body = "{}"});
  world.client().script.push_back({.status = 401, .body = "{}"});
  world.client().script.push_back({.body = R"({"access_token":"two","expires_in":1800})"});
  world.client().script.push_back({.body = "{}"});
  ASSERT_TRUE(world.call("toy_get", "{}"));
  auto const second = world.call("toy_get", "{}");
  ASSERT_TRUE(second && !second->is_error);
  auto const& seen = world.client().seen;
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[0].url, "https://toy.example.com/oauth/token");
  EXPECT_EQ(
      seen[0].body, "grant_type=client_credentials&client_id=id&client_secret=s3cret&scope=read"
  );
  EXPECT_EQ(seen[1].headers.get("Authorization"), "Bearer one");
  EXPECT_EQ(seen[2].headers.get("Authorization"), "Bearer one");
  EXPECT_EQ(seen[4].headers.get("Authorization"), "Bearer two");
}

TEST(Auth, AnExpiredTokenIsFetchedAgainBeforeItIsUsed) {
  ConnectorWorld world(kToy, at_home("s3cret", "id", "client"));
  world.client().script.push_back({.body = R"({"access_token":"one","expires_in":1800})"});
  world.client().script.push_back({.body = "{}"});
  ASSERT_TRUE(world.call("toy_get", "{}"));
  world.clock().advance(std::chrono::seconds(1741));
  world.client().script.push_back({.body = R"({"access_token":"two","expires_in":1800})"});
  world.client().script.push_back({.body = "{}"});
  ASSERT_TRUE(world.call("toy_get", "{}"));
  EXPECT_EQ(world.client().seen.at(3).headers.get("Authorization"), "Bearer two");
}

TEST(Auth, WhatTheTokenEndpointSaysReachesTheModelWithoutTheSecret) {
  ConnectorWorld world(kToy, at_home("s3cret", "id", "client"));
  world.client().script.push_back(
      {.status = 401, .body = R"({"error":"invalid_client","error_description":"unknown client"})"}
  );
  auto const result = world.call("toy_get", "{}");
  ASSERT_TRUE(result && result->is_error);
  auto const& text = *result->content.at(0).if_text();
  EXPECT_NE(text.find("invalid_client unknown client"), text.npos) << text;
  EXPECT_EQ(text.find("s3cret"), text.npos);
}

TEST(Places, AnotherHostNeverSeesTheCredential) {
  ConnectorWorld world(kToy, at_home("new.1"));
  world.client().script.push_back({.body = "{}"});
  ASSERT_TRUE(world.call("toy_elsewhere", "{}"));
  auto const& request = world.client().seen.at(0);
  EXPECT_EQ(request.url, "https://events.example.com/enqueue");
  EXPECT_FALSE(request.headers.get("Authorization"));
}

TEST(Places, ARedirectIsFollowedToTheVendorsMediaHostOnlyAndWithoutTheCredential) {
  ConnectorWorld world(kToy, at_home("new.1"));
  world.client().script.push_back(
      {.status = 302, .headers = {{"Location", "https://media.example.com/f?sig=1"}}}
  );
  world.client().script.push_back({.body = "{}"});
  auto const there = world.call("toy_get", "{}");
  ASSERT_TRUE(there && !there->is_error);
  EXPECT_EQ(world.client().seen.at(1).url, "https://media.example.com/f?sig=1");
  EXPECT_FALSE(world.client().seen.at(1).headers.get("Authorization"));

  for (auto const* elsewhere :
       {"https://evil.example.com/", "http://media.example.com/f", "http://169.254.169.254/"}) {
    world.client().script.push_back({.status = 302, .headers = {{"Location", elsewhere}}});
    auto const refused = world.call("toy_get", "{}");
    ASSERT_TRUE(refused && refused->is_error) << elsewhere;
    EXPECT_TRUE(world.client().script.empty());
  }
}

TEST(Bodies, GrowFromPathsReferencesAndObjects) {
  ConnectorWorld world(kToy, at_home("new.1"));
  world.client().script.push_back({.status = 204});
  auto const made =
      world.call("toy_create", R"({"title":"A","team":"7","first":"x","extra":"{\"a\":1}"})");
  ASSERT_TRUE(made && !made->is_error);
  EXPECT_EQ(
      world.client().seen.at(0).body,
      R"({"thing":{"type":"thing","title":"A","team":{"id":"7","type":"team_reference"},)"
      R"("rows":[{"name":"x"}],"extra":{"a":1}}})"
  );
}

std::string team_of(std::string_view name, std::string_view answer) {
  ConnectorWorld world(kToy, at_home("new.1"));
  world.client().script.push_back({.body = std::string(answer)});
  world.client().script.push_back({.body = "{}"});
  auto const arguments = json::to_text(json::Object{{"team", name}});
  auto const result = world.call("toy_create", arguments);
  if (!result) return result.error().message();
  if (result->is_error) return *result->content.at(0).if_text();
  return world.client().seen.at(0).url + ' ' + world.client().seen.at(1).body;
}

TEST(Lookups, TheOneRowOfThatNameIsMeant) {
  EXPECT_EQ(
      team_of("ops & co", R"({"teams":[{"id":"5","name":"Other"},{"id":"7","name":"Ops & Co"}]})"),
      "https://toy.example.com/api/teams?query=ops%20%26%20co "
      R"({"thing":{"type":"thing","team":{"id":"7","type":"team_reference"}}})"
  );
  EXPECT_EQ(
      team_of("me", R"({"team":{"id":"9"}})"),
      "https://toy.example.com/api/me "
      R"({"thing":{"type":"thing","team":{"id":"9","type":"team_reference"}}})"
  );
}

TEST(Lookups, NoneOrSeveralIsAnErrorWithCandidates) {
  EXPECT_EQ(
      team_of("ops", R"({"teams":[{"id":"5","name":"Ops east"},{"id":"7","name":"Ops west"}]})"),
      "Create failed: team 'ops' is no exact name; use one of Ops east (5), Ops west (7)."
  );
  EXPECT_EQ(
      team_of("ops", R"({"teams":[{"id":"5","name":"ops"},{"id":"7","short":"OPS"}]})"),
      "Create failed: team 'ops' is several; use one of ops (5), OPS (7)."
  );
  EXPECT_EQ(team_of("ops", R"({"teams":[]})"), "Create failed: team 'ops' was not found.");
}

TEST(Lists, MadeByCodeGoOnWithTheirWholeRequest) {
  ConnectorWorld world(kToy, at_home("new.1"));
  world.client().script.push_back(
      {.body = R"({"rows":[{"id":1,"when":1763726400000,"text":{"doc":"hi"}},{"id":2,"when":-1}],)"
               R"("next":"p2","count":3})"}
  );
  world.client().script.push_back({.body = R"({"rows":[{"id":3}]})"});
  auto const first = world.call("toy_search", R"({"query":"a"})");
  ASSERT_TRUE(first && first->structured);
  auto const& shown = *first->structured;
  EXPECT_EQ(json::find_int(shown, "total"), 3);
  EXPECT_EQ(
      json::to_text(*json::find(shown, "items")),
      R"([{"id":1,"at":"2025-11-21T12:00Z","text":"*hi*"},{"id":2}])"
  );
  auto const cursor = json::find_string(shown, "next_cursor");
  ASSERT_TRUE(cursor);
  auto const arguments = json::to_text(json::Object{{"query", "a"}, {"cursor", *cursor}});
  ASSERT_TRUE(world.call("toy_search", arguments));
  EXPECT_EQ(world.client().seen.at(1).body, R"({"q":"a","limit":2,"page":"p2"})");
}

TEST(Pictures, StandBesideTheAnswer) {
  ConnectorWorld world(kToy, at_home("new.1"));
  auto const result = world.call("toy_picture", "{}");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->content.size(), 2U);
  EXPECT_EQ(*result->content[0].if_text(), R"({"name":"a.png"})");
  EXPECT_EQ(result->content[1].if_text(), nullptr);
}

}  // namespace
}  // namespace davit::connector
