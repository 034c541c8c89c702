#include "app/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/strings.h"
#include "support/case_file.h"

namespace davit::app {
namespace {

using davit::testing::CaseFile;

// A folder to stand in, so that files have short names; it goes away with the scope.
class Workplace {
 public:
  Workplace() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "davit_settings_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    std::filesystem::current_path(name);
  }
  ~Workplace() {
    auto const here = std::filesystem::current_path();
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(here);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  static void write(const std::string& name, std::string_view text) {
    std::ofstream(name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path before_;
};

// The lines "name=value".
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (auto const line : split(text, '\n')) {
    auto const equals = line.find('=');
    if (equals != std::string_view::npos) {
      pairs.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    }
  }
  return pairs;
}

secrets::Environment environment_of(std::string_view text) {
  auto const pairs = pairs_of(text);
  return {pairs.begin(), pairs.end()};
}

// What is no default: the lines that a case is about.
std::string chosen(const std::string& printed) {
  auto lines = split(printed, '\n');
  std::erase_if(lines, [](std::string_view line) { return line.ends_with("  # default"); });
  std::string out;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto const is_empty_map = lines[i].ends_with(':') && !lines[i + 1].starts_with("  ");
    if (!is_empty_map) out.append(lines[i]) += '\n';
  }
  return out;
}

std::string run(const CaseFile& file) {
  Workplace const workplace;
  std::optional<std::string> config;
  if (auto const text = file.section("davitd.yaml"); !text.empty()) {
    config = "davitd.yaml";
    Workplace::write(*config, text);
  }
  auto const settings = load_settings(
      config, environment_of(file.section("environment")), pairs_of(file.section("flags"))
  );
  if (!settings) return settings.error().message();
  auto out = chosen(print(*settings));
  for (auto const& warning : settings->warnings) out += "warning: " + warning + '\n';
  return out;
}

class Case : public ::testing::TestWithParam<std::string> {};
TEST_P(Case, LoadsAsRecorded) {
  davit::testing::expect_case("testdata/" + GetParam() + ".case", run);
}
INSTANTIATE_TEST_SUITE_P(
    Settings,
    Case,
    ::testing::ValuesIn(davit::testing::case_names("testdata")),
    [](const auto& info) { return info.param; }
);

TEST(Settings, OnlyLoopbackAddressesNeedNoAuth) {
  for (auto const* host : {"127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(load_settings({}, {}, {{"host", host}})) << host;
  }
  for (auto const* host : {"0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1"}) {
    EXPECT_FALSE(load_settings({}, {}, {{"host", host}})) << host;
    EXPECT_TRUE(load_settings({}, {}, {{"host", host}, {"auth", "none"}})) << host;
    EXPECT_TRUE(load_settings({}, {}, {{"host", host}, {"auth.api_keys", "env:KEYS"}})) << host;
  }
}

TEST(Settings, DefaultsAreTheModulesOwn) {
  auto const settings = load_settings({}, {}, {});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->http.host, "127.0.0.1");
  EXPECT_EQ(settings->http.port, 8080);
  EXPECT_EQ(settings->http.max_body_bytes, http::ServerOptions().max_body_bytes);
  EXPECT_EQ(settings->endpoint.call_timeout, mcp::EndpointOptions().call_timeout);
  EXPECT_EQ(settings->log_level, log::Level::info);
  EXPECT_FALSE(settings->auth);
  EXPECT_FALSE(settings->api_keys);
  EXPECT_FALSE(settings->admin.port);
  EXPECT_FALSE(settings->peer.port);
  EXPECT_FALSE(settings->http.tls);
  EXPECT_TRUE(settings->servers.empty());
}

TEST(Settings, ValuesReachTheirMembers) {
  auto const settings = load_settings(
      {},
      {{"DAVIT_LOG_LEVEL", "debug"},
       {"DAVIT_TLS_CERTIFICATE", "/c.pem"},
       {"DAVIT_SESSIONS_LIFETIME", "2h"},
       {"DAVIT_RELEASE", "1.4.2"},
       {"DAVIT_ADMIN_PORT", "0"}},
      {{"tls.key", "/k.pem"},
       {"limits.max_body", "1MB"},
       {"port", "0"},
       {"auth.api_keys", "env:A, file:/b"},
       {"streams.max_age", "90s"},
       {"history.bytes", "1MB"},
       {"tasks.ttl", "10m"}}
  );
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->log_level, log::Level::debug);
  EXPECT_EQ(settings->http.tls->certificate_chain, "/c.pem");
  EXPECT_EQ(settings->http.tls->private_key, "/k.pem");
  EXPECT_EQ(settings->endpoint.sessions.lifetime, std::chrono::hours(2));
  EXPECT_EQ(settings->http.max_body_bytes, 1024U * 1024U);
  EXPECT_EQ(settings->http.port, 0);
  EXPECT_EQ(settings->release, "1.4.2");
  EXPECT_EQ(settings->admin.port, 0);
  EXPECT_EQ(settings->api_keys, (std::vector<std::string>{"env:A", "file:/b"}));
  EXPECT_EQ(settings->endpoint.stream_max_age, std::chrono::seconds(90));
  EXPECT_EQ(settings->http_transport.history.max_bytes, 1024U * 1024U);
  EXPECT_EQ(settings->endpoint.tasks.ttl, std::chrono::minutes(10));
}

TEST(Settings, ABrokenServerDoesNotTakeTheOthersDown) {
  Workplace const workplace;
  Workplace::write(
      "davitd.yaml",
      "servers:\n"
      "  one: {connector: gitlab, token: example-token-of-somebody}\n"
      "  two: {connector: gitlab, token: env:T}\n"
  );
  auto const settings = load_settings("davitd.yaml", {}, {});
  ASSERT_TRUE(settings) << settings.error().message();
  ASSERT_EQ(settings->servers.size(), 2U);
  EXPECT_EQ(
      settings->servers[0].error->message(),
      "davitd.yaml:2: servers.one.token: is not a reference to a secret; write `env:NAME` or"
      " `file:PATH`, never the secret itself"
  );
  EXPECT_FALSE(settings->servers[1].error);
  EXPECT_EQ(print(*settings).find("example-token"), std::string::npos);
}

TEST(Settings, AProgramWithAServerOfItsOwnTakesNoOther) {
  secrets::Environment const environment = {
      {"SERVER_NAME", "foo"},
      {"GITLAB_TOKEN", "x"},
      {"GITLAB_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:gitlab"},
      {"PORT", "9000"}
  };
  EXPECT_FALSE(load_settings({}, environment, {}));
  auto const settings = load_settings({}, environment, {}, ServersOf::program);
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_TRUE(settings->servers.empty());
  EXPECT_EQ(settings->http.port, 9000);
  Workplace const workplace;
  Workplace::write("own.yaml", "port: 0\nservers:\n  one: {connector: gitlab, token: env:T}\n");
  EXPECT_EQ(
      load_settings("own.yaml", {}, {}, ServersOf::program).error().message(),
      "own.yaml:2: servers: this program has its own server and runs no others"
  );
  EXPECT_EQ(
      load_settings({}, {{"DAVIT_SERVERS", "{}"}}, {}, ServersOf::program).error().message(),
      "environment DAVIT_SERVERS:1: servers: this program has its own server and runs no others"
  );
}

TEST(Settings, AMissingFileIsNamed) {
  auto const settings = load_settings("none.yaml", {}, {});
  EXPECT_EQ(settings.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(settings.error().message(), "reading none.yaml: No such file or directory");
  EXPECT_EQ(
      load_settings({}, {{"DAVIT_CONFIG", "none.yaml"}}, {}).error().kind(), ErrorKind::not_found
  );
}

TEST(Settings, WhatIsPrintedLoadsTheSame) {
  Workplace const workplace;
  auto const settings = load_settings(
      {},
      {{"GITLAB_TOKEN", "x"}, {"DAVIT_ALLOWED_HOSTS", "a.example.com,b.example.com:8443"}},
      {{"auth", "none"}, {"host", "::"}, {"base_path", "/stage"}}
  );
  ASSERT_TRUE(settings) << settings.error().message();
  Workplace::write("davitd.yaml", print(*settings));
  auto const again = load_settings("davitd.yaml", {}, {});
  ASSERT_TRUE(again) << again.error().message();
  // The places differ, and nothing else.
  auto const without_places = [](const std::string& text) {
    std::string out;
    for (auto const line : split(text, '\n')) out.append(line.substr(0, line.find("  # "))) += '\n';
    return out;
  };
  EXPECT_EQ(without_places(print(*again)), without_places(print(*settings)));
}

TEST(SessionKeys, AreDecodedFromEveryReference) {
  std::string const first(32, 'a');
  std::string const second(32, 'b');
  secrets::Environment const environment = {
      {"DAVIT_SESSION_KEYS", base64_encode(first) + ", " + base64_encode(second)}
  };
  auto const settings = load_settings({}, environment, {});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->session_keys, std::vector<std::string>{"env:DAVIT_SESSION_KEYS"});
  auto const keys = resolve_session_keys(*settings, environment);
  ASSERT_TRUE(keys) << keys.error().message();
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].reveal(), first);
  EXPECT_EQ((*keys)[1].reveal(), second);
  EXPECT_TRUE(resolve_session_keys(Settings(), environment)->empty());
}

TEST(SessionKeys, OtherLengthsAreRefused) {
  Settings settings;
  settings.session_keys = {"env:KEY"};
  for (auto const& bad : {base64_encode(std::string(31, 'a')), std::string("no base64")}) {
    EXPECT_EQ(
        resolve_session_keys(settings, {{"KEY", bad}}).error().message(),
        "env:KEY: a key is 32 bytes in base64; make one with `openssl rand -base64 32`"
    );
  }
  EXPECT_EQ(resolve_session_keys(settings, {}).error().kind(), ErrorKind::not_found);
}

TEST(Store, IsResolvedToItsAddress) {
  Settings settings;
  EXPECT_TRUE(resolve_store(settings, {})->empty());
  settings.store = "redis://redis.internal:6379/1";
  EXPECT_EQ(resolve_store(settings, {})->reveal(), settings.store);
  settings.store = "env:REDIS_URL";
  EXPECT_EQ(
      resolve_store(settings, {{"REDIS_URL", "redis://:hunter2@redis"}})->reveal(),
      "redis://:hunter2@redis"
  );
  EXPECT_EQ(
      resolve_store(settings, {{"REDIS_URL", "hunter2"}}).error().message(),
      "env:REDIS_URL: is no URL such as redis://redis.internal:6379/0"
  );
  EXPECT_EQ(resolve_store(settings, {}).error().kind(), ErrorKind::not_found);
}

TEST(PeerAddress, IsHostAndPort) {
  auto const load = [](std::string address) {
    return load_settings(
        {}, {}, {{"session_keys", "env:K"}, {"peer.port", "9100"}, {"peer.address", address}}
    );
  };
  for (auto const* good : {"10.0.1.5:9100", "[::1]:9100", "task-7.internal:80"}) {
    EXPECT_TRUE(load(good)) << good;
  }
  for (auto const* bad :
       {"10.0.1.5", "[::1]", "::1", "a:b", "a:70000", "a:1/x", "u@a:1", ":9100"}) {
    EXPECT_FALSE(load(bad)) << bad;
  }
  EXPECT_FALSE(load(std::string(52, 'a') + ":9100"));
}

constexpr auto kDocument = "../../docs/configuration.md";
constexpr std::string_view kGenerated =
    "<!-- Written by settings_test from here on: DAVIT_UPDATE=1 brings it up to date. -->\n";

TEST(Document, ListsEverySetting) {
  auto const text = davit::testing::read_text_file(kDocument);
  auto const introduction = text.substr(0, text.find(kGenerated));
  davit::testing::expect_file(
      kDocument, fmt::format("{}{}\n{}", introduction, kGenerated, describe_settings())
  );
}

TEST(Document, HasAnExampleThatLoads) {
  auto const text = davit::testing::read_text_file(kDocument);
  constexpr std::string_view kBegin = "```yaml\n";
  auto const begin = text.find(kBegin);
  ASSERT_NE(begin, std::string::npos);
  Workplace const workplace;
  Workplace::write(
      "davitd.yaml", text.substr(begin + kBegin.size(), text.find("```", begin + 1) - begin - 8)
  );
  auto const settings = load_settings("davitd.yaml", {}, {});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_FALSE(settings->servers.empty());
  for (auto const& server : settings->servers) {
    EXPECT_FALSE(server.error) << server.error->message();
  }
}

}  // namespace
}  // namespace davit::app
