#include "sandbox/control.h"

#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "json/json.h"

namespace davit::sandbox {
namespace {

using namespace std::chrono_literals;
using http::Method;

class Counter final : public Service {
 public:
  http::Response answer(const http::Request&) override {
    ++answered;
    return http::Response::json(200, R"({"counted":"0123456789"})");
  }
  void reset() override { answered = 0; }
  http::Response rate_limited(const std::string& retry_after) override {
    auto response = http::Response::text(429, "text/plain", "slow down");
    if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
    return response;
  }
  int answered = 0;
};

http::Request make_request(Method method, std::string target, std::string body = {}) {
  http::Request request;
  request.method = method;
  request.target = std::move(target);
  request.body = std::move(body);
  request.peer = "127.0.0.1";
  return request;
}

class Control : public testing::Test {
 protected:
  http::Response send(http::Request request) {
    auto answer = loop.run(handler->handle(std::move(request)));
    return answer ? *std::move(answer) : http::Response{.status = 0};
  }
  http::Response get(std::string target) {
    return send(make_request(Method::get, std::move(target)));
  }
  http::Response get_with(std::string_view fault) {
    auto request = make_request(Method::get, "/thing");
    request.headers.add("X-Sandbox-Fault", fault);
    return send(std::move(request));
  }
  void add_fault(std::string rule) {
    EXPECT_EQ(send(make_request(Method::post, "/_sandbox/faults", std::move(rule))).status, 201);
  }
  json::Value seen(std::size_t index) {
    auto const shown = json::parse(get("/_sandbox/requests").body);
    return shown->at("requests").at(index);
  }

  Loop loop;
  Counter* service = new Counter;
  std::unique_ptr<http::Handler> handler = with_control(std::unique_ptr<Service>(service));
};

TEST_F(Control, EachFaultOfTheHeaderAnswersInItsOwnWay) {
  struct Row {
    std::string_view fault;
    int status;
    std::string_view type;
    std::string_view body_begins;
  };
  for (auto const& row : {
           Row{"unavailable", 503, "text/html", "<html>"},
           Row{"bad_gateway", 502, "text/html", "<html>"},
           Row{"server_error", 500, "application/json", R"({"message")"},
           Row{"html", 200, "text/html; charset=utf-8", "<!DOCTYPE html>"},
           Row{"redirect", 302, "text/html", "<html>"},
           Row{"wrong_type", 200, "application/json", "\"maintenance\""},
           Row{"rate_limited", 429, "text/plain", "slow down"},
           Row{"truncated", 200, "application/json", R"({"counted":")"},
       }) {
    auto const answer = get_with(row.fault);
    EXPECT_EQ(answer.status, row.status) << row.fault;
    EXPECT_EQ(answer.headers.get("Content-Type"), row.type) << row.fault;
    EXPECT_TRUE(answer.body.starts_with(row.body_begins)) << answer.body;
  }
  EXPECT_FALSE(json::parse(get_with("truncated").body));
  EXPECT_TRUE(get_with("redirect").headers.get("Location")->starts_with("http://elsewhere."));
  EXPECT_EQ(get_with("no such fault").status, 400);
}
TEST_F(Control, AHugeAnswerIsWholeJson) {
  auto const answer = get_with("huge");
  EXPECT_GT(answer.body.size(), 5u * 1024 * 1024);
  EXPECT_TRUE(json::parse(answer.body));
}
TEST_F(Control, RetryAfterIsWhatWasAskedForOrLeftOut) {
  EXPECT_EQ(get_with("rate_limited").headers.get("Retry-After"), "1");
  EXPECT_EQ(get_with("rate_limited; retry_after=0").headers.get("Retry-After"), "0");
  EXPECT_EQ(get_with("rate_limited; retry_after=").headers.get("Retry-After"), std::nullopt);
  add_fault(R"({"fault":"rate_limited","retry_after":null})");
  EXPECT_EQ(get("/thing").headers.get("Retry-After"), std::nullopt);
}
TEST_F(Control, ARuleHitsWhatMatchesAsOftenAsItSays) {
  add_fault(R"({"match":"/slowly","method":"GET","fault":"bad_gateway","times":2})");
  EXPECT_EQ(get("/other").status, 200);
  EXPECT_EQ(send(make_request(Method::post, "/slowly")).status, 200);
  EXPECT_EQ(get("/slowly?a=1").status, 502);
  EXPECT_EQ(get("/slowly").status, 502);
  EXPECT_EQ(get("/slowly").status, 200);
  EXPECT_NE(get("/_sandbox/faults").body.find(R"("hits":2)"), std::string::npos);
  EXPECT_EQ(send(make_request(Method::del, "/_sandbox/faults")).status, 204);
  EXPECT_EQ(get("/_sandbox/faults").body, R"({"faults":[]})");
}
TEST_F(Control, AFaultKeepsTheRequestFromTheService) {
  get_with("server_error");
  get_with("rate_limited");
  EXPECT_EQ(service->answered, 0);
  get_with("slow; delay_ms=1");
  EXPECT_EQ(service->answered, 1);
}

Async<> swallow(http::Handler& handler, http::Request request, bool& cancelled) {
  auto const answer = co_await handler.handle(std::move(request));
  cancelled = !answer && answer.error().kind() == ErrorKind::cancelled;
  co_return Result<>();
}
Async<> hang_scene(http::Handler& handler, bool& cancelled) {
  TaskScope scope(co_await boost::asio::this_coro::executor, log::Logger());
  auto request = make_request(Method::get, "/hanging?private_token=secret&page=2");
  request.headers.add("X-Sandbox-Fault", "hang");
  auto task = scope.spawn("hangs", swallow(handler, std::move(request), cancelled));
  DAVIT_CO_CHECK(co_await sleep_for(5ms));
  EXPECT_EQ(scope.size(), 1u);
  task.cancel();
  co_return co_await scope.join();
}
TEST_F(Control, HangEndsWhenTheClientGoesAndIsRemembered) {
  bool cancelled = false;
  ASSERT_TRUE(loop.run(hang_scene(*handler, cancelled)));
  EXPECT_TRUE(cancelled);
  auto const hung = seen(0);
  EXPECT_EQ(hung.at("client_gone"), true);
  EXPECT_TRUE(hung.at("status").is_null());
  EXPECT_EQ(hung.at("target"), "/hanging?private_token=[redacted]&page=2");
}

TEST_F(Control, KeepsTheLastTwoHundredRequests) {
  for (int i = 1; i <= 205; ++i) get("/thing");
  EXPECT_EQ(seen(0).at("number"), 6);
  EXPECT_EQ(seen(199).at("number"), 205);
  EXPECT_EQ(seen(199).at("status"), 200);
}
TEST_F(Control, ResetForgetsEverything) {
  get("/thing");
  add_fault(R"({"fault":"bad_gateway","times":-1})");
  EXPECT_EQ(send(make_request(Method::post, "/_sandbox/reset")).status, 204);
  EXPECT_EQ(service->answered, 0);
  EXPECT_EQ(get("/thing").status, 200);
}
TEST_F(Control, OnlyLoopbackMayUseIt) {
  for (auto const* peer : {"10.0.0.7", "192.0.2.1", "1.127.0.0", ""}) {
    auto request = make_request(Method::get, "/_sandbox/requests");
    request.peer = peer;
    EXPECT_EQ(send(std::move(request)).status, 403) << peer;
  }
  EXPECT_EQ(get("/_sandbox/nothing").status, 404);
  EXPECT_EQ(send(make_request(Method::post, "/_sandbox/faults", "[1]")).status, 400);
  EXPECT_EQ(send(make_request(Method::post, "/_sandbox/faults", R"({"times":1})")).status, 400);
}

}  // namespace
}  // namespace davit::sandbox
