#include "auth/api_keys.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/strings.h"

namespace davit::auth {
namespace {

// SHA-256 of "abc" and of the empty text; FIPS 180-2, appendix B.1, and RFC 6234.
constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kEmpty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

ApiKeys keys_of(std::string_view list) {
  ApiKeys keys;
  auto const added = keys.add(list);
  EXPECT_TRUE(added) << added.error().message();
  return keys;
}

std::string wrong_with(std::string_view list) {
  ApiKeys keys;
  auto const added = keys.add(list);
  return added ? "nothing" : added.error().message();
}

TEST(ApiKeys, AreFoundByTheirHash) {
  auto const keys = keys_of(fmt::format("# the first team\n\n  alice:sha256:{}\r\n", kAbc));
  EXPECT_EQ(keys.size(), 1U);
  for (auto const& headers : {
           http::Headers{{"Authorization", "Bearer abc"}},
           http::Headers{{"authorization", "bEARER   abc  "}},
           http::Headers{{"X-API-Key", "abc"}},
           http::Headers{{"x-api-key", " abc "}},
           http::Headers{{"Authorization", "Basic eA=="}, {"X-API-Key", "abc"}},
           http::Headers{{"Authorization", "Bearer abc"}, {"X-API-Key", "abc"}},
       }) {
    auto const who = keys.authenticate(headers);
    ASSERT_TRUE(who) << headers.name(0) << ": " << headers.value(0);
    EXPECT_EQ(who->id, "alice");
  }
}

TEST(ApiKeys, EverythingElseIsRefused) {
  auto const keys = keys_of(fmt::format("alice:sha256:{}", kAbc));
  for (auto const& headers : {
           http::Headers{},
           http::Headers{{"Authorization", ""}},
           http::Headers{{"Authorization", "Bearer"}},
           http::Headers{{"Authorization", "Bearer "}},
           http::Headers{{"Authorization", "abc"}},
           http::Headers{{"Authorization", "Bearerabc"}},
           http::Headers{{"Authorization", "Bearer abd"}},
           http::Headers{{"Authorization", "Bearer ABC"}},
           http::Headers{{"Authorization", "Bearer abc abc"}},
           http::Headers{{"Authorization", "Basic abc"}},
           http::Headers{{"X-API-Key", ""}},
           http::Headers{{"X-API-Key", kAbc}},
           http::Headers{{"X-API-Key", std::string(100'000, 'a')}},
           http::Headers{{"Authorization", "Bearer abc"}, {"X-API-Key", "abd"}},
           http::Headers{{"Authorization", "Bearer abd"}, {"Authorization", "Bearer abc"}},
       }) {
    auto const who = keys.authenticate(headers);
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().kind(), ErrorKind::unauthenticated);
    EXPECT_EQ(who.error().message().find("abd"), std::string::npos);
  }
}

TEST(ApiKeys, AnEmptyListKnowsNobody) {
  EXPECT_FALSE(ApiKeys().authenticate({{"X-API-Key", "abc"}}));
}

TEST(ApiKeys, APrincipalMayHaveSeveral) {
  auto keys = keys_of(fmt::format("alice:sha256:{}\n", kAbc));
  ASSERT_TRUE(keys.add(fmt::format("alice:sha256:{}\n", kEmpty)));
  EXPECT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys.authenticate({{"X-API-Key", ""}})->id, "alice");
}

TEST(ApiKeys, AListWithAMistakeNamesTheLine) {
  EXPECT_EQ(
      wrong_with("\n# x\nalice\n"),
      "line 3 of the API keys: is not of the form PRINCIPAL:sha256:HEX; make one with `davitd keys"
      " new`"
  );
  for (auto const& digest :
       {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'A')}) {
    EXPECT_EQ(
        wrong_with("alice:sha256:" + digest),
        "line 1 of the API keys: a SHA-256 is 64 of 0-9 and a-f"
    );
  }
  EXPECT_EQ(
      wrong_with(fmt::format("alice:sha256:{0}\nbob:sha256:{0}", kAbc)),
      "line 2 of the API keys: this key is there twice"
  );
  for (auto const& name :
       {std::string(),
        std::string("a b"),
        std::string("a:b"),
        std::string("caf\xC3\xA9"),
        std::string(97, 'a')}) {
    EXPECT_EQ(
        wrong_with(fmt::format("{}:sha256:{}", name, kAbc)),
        "line 1 of the API keys: a principal is 1 to 96 visible ASCII characters without `:`"
    ) << name;
  }
  EXPECT_EQ(
      wrong_with(fmt::format("anonymous:sha256:{}", kAbc)),
      "line 1 of the API keys: `anonymous` is nobody's name"
  );
  // What may be a key in the wrong place is not repeated.
  EXPECT_EQ(wrong_with("davit_abcdef").find("davit_abcdef"), std::string::npos);
}

TEST(NewKey, IsLongAndRandomAndOpensItsLine) {
  auto const made = make_api_key("ci@example.com");
  ASSERT_TRUE(made);
  auto const& key = made->key.reveal();
  ASSERT_TRUE(key.starts_with("davit_"));
  EXPECT_EQ(base64url_decode(key.substr(6))->size(), 32U);
  EXPECT_EQ(made->line.find(key), std::string::npos);
  auto const keys = keys_of(made->line);
  auto const who = keys.authenticate({{"Authorization", "Bearer " + key}});
  ASSERT_TRUE(who);
  EXPECT_EQ(who->id, "ci@example.com");
  EXPECT_NE(make_api_key("ci@example.com")->key.reveal(), key);
  EXPECT_FALSE(make_api_key("a:b"));
  EXPECT_FALSE(make_api_key(""));
}

TEST(Anonymous, TakesEverybody) {
  EXPECT_EQ(make_anonymous()->authenticate({{"X-API-Key", "abc"}}), Principal());
}

TEST(Challenge, NamesAnErrorOnlyWhenSomethingWasSent) {
  EXPECT_EQ(challenge({}), R"(Bearer realm="mcp")");
  EXPECT_EQ(
      challenge({{"authorization", "Bearer x"}}), R"(Bearer realm="mcp", error="invalid_token")"
  );
}

}  // namespace
}  // namespace davit::auth
