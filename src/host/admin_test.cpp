#include "host/admin.h"

#include <gtest/gtest.h>

#include "async/loop.h"
#include "json/json.h"

namespace davit::host {
namespace {

class World {
 public:
  explicit World(AccessPolicy access = {})
      : admin(
            std::move(access),
            host,
            counters,
            [this] {
              ++drains;
              host.drain();
            },
            log::Logger()
        ) {
    host.mount_broken("jira", "env:JIRA_TOKEN is not set");
  }

  http::Response ask(http::Method method, std::string target, http::Headers headers = {}) {
    http::Request request;
    request.method = method;
    request.target = std::move(target);
    request.headers = std::move(headers);
    if (!request.headers.get("Host")) request.headers.add("Host", "127.0.0.1:9464");
    auto response = loop.run(admin.handle(std::move(request)));
    EXPECT_TRUE(response);
    return response ? *std::move(response) : http::Response();
  }
  http::Response get(std::string target, http::Headers headers = {}) {
    return ask(http::Method::get, std::move(target), std::move(headers));
  }

  Loop loop;
  SystemClock clock;
  Counters counters;
  std::unique_ptr<auth::Authenticator> callers = auth::make_anonymous();
  Host host{{.release = "r7"}, *callers, clock, counters, log::Logger()};
  int drains = 0;
  Admin admin;
};

TEST(Admin, ShowsTheCounters) {
  World world;
  world.counters.at("davit_http_requests_total").add(3);
  auto const page = world.get("/metrics?name[]=up");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(page.body.find("\ndavit_http_requests_total 3\n"), std::string::npos);
}

TEST(Admin, HasTheHealthPagesOfTheHost) {
  World world;
  auto const health = world.get("/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(json::find_string(*json::parse(health.body), "release"), "r7");
  EXPECT_EQ(world.get("/ready").status, 200);
  EXPECT_EQ(world.get("/jira/health").status, 503);
  EXPECT_EQ(world.ask(http::Method::head, "/ready").status, 200);
}

TEST(Admin, StartsTheDrainOnPostOnly) {
  World world;
  for (auto const method : {http::Method::get, http::Method::head, http::Method::put}) {
    auto const answer = world.ask(method, "/drain");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.headers.get("Allow"), "POST");
  }
  EXPECT_EQ(world.drains, 0);
  EXPECT_EQ(world.ask(http::Method::post, "/drain").status, 202);
  EXPECT_EQ(world.get("/ready").status, 503);
  EXPECT_EQ(world.ask(http::Method::post, "/drain").status, 202);
  EXPECT_EQ(world.drains, 2);
}

TEST(Admin, ListsItsPages) {
  World world;
  auto const page = world.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("POST /drain"), std::string::npos);
  auto const post = world.ask(http::Method::post, "/metrics");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.headers.get("Allow"), "GET, HEAD");
  EXPECT_EQ(world.get("/nothing").status, 404);
  EXPECT_EQ(world.get("/metrics/").status, 404);
}

TEST(Admin, IsForNoWebPage) {
  World world({.allowed_hosts = {"*", "davit.internal"}});
  for (auto const* host :
       {"localhost:9464", "127.0.0.1", "10.0.1.5:9464", "[fd00::5]:9464", "davit.internal:9464"}) {
    EXPECT_EQ(world.get("/metrics", {{"Host", host}}).status, 200) << host;
  }
  for (auto const* host : {"evil.example", "10.0.1.5.evil.example", "", "10.0.1", "fd00::5"}) {
    EXPECT_EQ(world.get("/metrics", {{"Host", host}}).status, 403) << host;
  }
  auto const from_page =
      world.ask(http::Method::post, "/drain", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(from_page.status, 403);
  EXPECT_EQ(world.drains, 0);
}

}  // namespace
}  // namespace davit::host
