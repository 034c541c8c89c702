// What the tests of the GitLab sandbox share: a sandbox with a clock that stands still, and short
// words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "async/loop.h"
#include "json/json.h"
#include "sandbox/gitlab/gitlab.h"

namespace davit::sandbox::gitlab {

using namespace std::chrono_literals;

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return now_; }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  std::chrono::system_clock::time_point now_ =
      std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
};

struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;
  json::Value json;

  std::string header(std::string_view name) const {
    return std::string(headers.get(name).value_or("(none)"));
  }
  std::string text(std::string_view path) const {
    return std::string(json::find_string(json, path).value_or("(none)"));
  }
  std::int64_t number(std::string_view path) const {
    return json::find_int(json, path).value_or(-1);
  }
  std::size_t size() const { return json.is_array() ? json.get_array().size() : 0; }
};

class Harness {
 public:
  http::Request request(http::Method method, std::string target, std::string body = {}) {
    http::Request one;
    one.method = method;
    one.target = std::move(target);
    one.peer = "127.0.0.1";
    one.headers.add("Host", "gitlab.test");
    if (!token.empty()) one.headers.add("PRIVATE-TOKEN", token);
    if (!body.empty()) one.headers.add("Content-Type", "application/json");
    one.body = std::move(body);
    return one;
  }
  Answer send(http::Request one) {
    auto response = loop.run(handler->handle(std::move(one)));
    Answer answer;
    if (!response) return answer;
    answer.status = response->status;
    answer.headers = response->headers;
    answer.body = response->body;
    if (auto parsed = json::parse(response->body)) answer.json = *std::move(parsed);
    return answer;
  }
  Answer get(std::string_view path) {
    return send(request(http::Method::get, "/api/v4" + std::string(path)));
  }
  Answer post(std::string_view path, std::string body = "{}") {
    return send(request(http::Method::post, "/api/v4" + std::string(path), std::move(body)));
  }
  Answer put(std::string_view path, std::string body = "{}") {
    return send(request(http::Method::put, "/api/v4" + std::string(path), std::move(body)));
  }

  Loop loop;
  StillClock clock;
  std::string token = "sandbox-token";
  std::unique_ptr<http::Handler> handler = make_sandbox({}, clock);
};

inline constexpr std::string_view kMr7 = "/projects/101/merge_requests/7";

}  // namespace davit::sandbox::gitlab
