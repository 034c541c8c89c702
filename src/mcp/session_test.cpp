#include "mcp/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::mcp {
namespace {

using namespace std::chrono_literals;

Session make_session(std::string id = "0123456789abcdef") {
  Session session;
  session.id = std::move(id);
  session.revision = Revision::v2025_11_25;
  session.capabilities = {ClientCapabilities::roots | ClientCapabilities::elicitation_form};
  session.client = {"client", "1.2", ""};
  session.principal = {"alice"};
  session.home = {"10.0.0.1:9000", "q3xK0a"};
  session.expires_at = std::chrono::sys_seconds(1'800'000'000s);
  return session;
}

TEST(SessionToken, SaysWhatWasSealed) {
  auto const ring = KeyRing::random();
  auto const session = make_session();
  auto const opened = open_session(ring, seal_session(ring, session));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->id, session.id);
  EXPECT_EQ(opened->revision, session.revision);
  EXPECT_EQ(opened->capabilities.bits, session.capabilities.bits);
  EXPECT_EQ(opened->client.name, "client");
  EXPECT_EQ(opened->client.version, "1.2");
  EXPECT_EQ(opened->principal, session.principal);
  EXPECT_EQ(opened->home, session.home);
  EXPECT_EQ(opened->expires_at, session.expires_at);
}

TEST(SessionToken, IsShortVisibleAsciiWhateverTheClientCallsItself) {
  auto const ring = KeyRing::random();
  auto session = make_session();
  session.client = {"n", std::string(100'000, 'v'), "t"};
  for (int i = 0; i < 50'000; ++i) session.client.name += "\xC3\xA9";
  session.principal.id = std::string(500, 'p');
  session.server = session_server_name(std::string(100, 's'));
  session.home = {std::string(57, 'h'), "q3xK0a"};
  auto const token = seal_session(ring, session);
  EXPECT_LE(token.size(), 512u);
  for (char const c : token) EXPECT_TRUE(c > 0x20 && c < 0x7F);
  auto const opened = open_session(ring, token);
  ASSERT_TRUE(opened);
  EXPECT_LE(opened->client.name.size(), 64u);
  EXPECT_EQ(opened->client.name.size(), 63u);  // no character is cut in two
  EXPECT_EQ(opened->client.version.size(), 32u);
  EXPECT_TRUE(opened->is_of(session.principal));
  EXPECT_FALSE(opened->is_of({std::string(499, 'p') + 'q'}));  // cut nowhere: a hash stands for it
  EXPECT_EQ(opened->home, session.home);
}

TEST(SessionToken, NoOtherTokenOpens) {
  auto const ring = KeyRing::random();
  auto const session = make_session();
  auto const token = seal_session(ring, session);
  EXPECT_NE(token, seal_session(ring, session));  // a fresh nonce each
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_session(ring, changed)) << i;
  }
  EXPECT_FALSE(open_session(ring, ""));
  EXPECT_FALSE(open_session(ring, token + "A"));
  EXPECT_FALSE(open_session(ring, token.substr(1)));
  EXPECT_FALSE(open_session(ring, token.substr(0, token.size() - 1)));
  EXPECT_FALSE(open_session(KeyRing::random(), token));
  EXPECT_FALSE(open_session(ring, ring.seal("cursor", "0123456789abcdef")));
  EXPECT_FALSE(open_session(ring, ring.seal("mcp session 2", "too short")));
}

TEST(SessionToken, AnyReplicaWithTheKeyOpensItAlsoAfterARotation) {
  std::vector<Secret> const old_keys{Secret(std::string(32, 'a'))};
  std::vector<Secret> const new_keys{Secret(std::string(32, 'b')), Secret(std::string(32, 'a'))};
  auto const old_ring = KeyRing::make(old_keys);
  auto const new_ring = KeyRing::make(new_keys);
  ASSERT_TRUE(old_ring && new_ring);
  EXPECT_TRUE(open_session(*new_ring, seal_session(*old_ring, make_session())));
  EXPECT_FALSE(open_session(*old_ring, seal_session(*new_ring, make_session())));
}

TEST(SessionCache, SaysOfEveryTokenWhatOpeningItWould) {
  auto const ring = KeyRing::random();
  SessionCache cache;
  std::vector<std::pair<std::string, std::string>> tokens;  // with their session's id
  for (int i = 0; i < 600; ++i) {                           // more than it holds
    auto session = make_session();
    session.id = fmt::format("{:016}", i);
    tokens.emplace_back(seal_session(ring, session), session.id);
  }
  for (int round = 0; round < 2; ++round) {
    for (auto const& [token, id] : tokens) {
      for (int again = 0; again < 2; ++again) {
        auto const session = cache.open(ring, token);
        ASSERT_TRUE(session);
        EXPECT_EQ(session->id, id);
      }
      EXPECT_FALSE(cache.open(ring, token + "A"));
      EXPECT_FALSE(cache.open(ring, token.substr(1)));
    }
  }
}

}  // namespace
}  // namespace davit::mcp
