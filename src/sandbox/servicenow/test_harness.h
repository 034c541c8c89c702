// What the tests of the ServiceNow sandbox share: a sandbox with a clock that stands still, and
// short words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "async/loop.h"
#include "base/base64.h"
#include "json/json.h"
#include "sandbox/servicenow/servicenow.h"

namespace davit::sandbox::servicenow {

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
  bool has(std::string_view path) const { return json::find(json, path) != nullptr; }
  std::size_t size() const {
    auto const* rows = json::find_array(json, "result");
    return rows == nullptr ? 0 : rows->size();
  }
};

class Harness {
 public:
  http::Request request(http::Method method, std::string target, std::string body = {}) {
    http::Request one;
    one.method = method;
    one.target = std::move(target);
    one.peer = "127.0.0.1";
    one.headers.add("Host", "servicenow.test");
    one.headers.add("Accept", "application/json");
    if (!authorization.empty()) one.headers.add("Authorization", authorization);
    if (!body.empty()) one.headers.add("Content-Type", content_type);
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
  Answer get(std::string path) { return send(request(http::Method::get, std::move(path))); }
  Answer post(std::string path, std::string body = "{}") {
    return send(request(http::Method::post, std::move(path), std::move(body)));
  }
  Answer patch(std::string path, std::string body) {
    return send(request(http::Method::patch, std::move(path), std::move(body)));
  }
  Answer del(std::string path) { return send(request(http::Method::del, std::move(path))); }

  // The sys_id of the first record that fits.
  std::string id_of(const std::string& table, const std::string& query) {
    return get("/api/now/table/" + table + "?sysparm_query=" + query).text("result.0.sys_id");
  }

  Loop loop;
  StillClock clock;
  std::string authorization = "Basic " + base64_encode("mina:sandbox-token");
  std::string content_type = "application/json";
  Addresses addresses{
      "http://gitlab.test",
      "http://atlassian.test",
      "http://dynatrace.test",
      "http://pagerduty.test",
      "http://servicenow.test"
  };
  std::unique_ptr<http::Handler> handler = make_sandbox({}, addresses, clock);
};

}  // namespace davit::sandbox::servicenow
