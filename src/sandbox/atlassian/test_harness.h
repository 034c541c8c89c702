// A Jira sandbox with a clock that stands still, and short words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "async/loop.h"
#include "base/base64.h"
#include "json/json.h"
#include "sandbox/atlassian/atlassian.h"

namespace davit::sandbox::atlassian {

class StillClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return now_; }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  std::chrono::system_clock::time_point now_ =
      std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(10);
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
  bool has(std::string_view path) const { return json::find(json, path) != nullptr; }
  std::size_t size(std::string_view path) const {
    auto const* array = json::find_array(json, path);
    return array == nullptr ? 0 : array->size();
  }
  // The keys of a list of issues, with blanks between.
  std::string keys() const {
    std::string out;
    auto const* array = json::find_array(json, "issues");
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      out += (i == 0 ? "" : " ");
      out += json::find_string((*array)[i], "key").value_or("?");
    }
    return out;
  }
};

class Harness {
 public:
  http::Request request(http::Method method, std::string_view target, std::string body = {}) {
    http::Request one;
    one.method = method;
    one.target = target;
    one.peer = "127.0.0.1";
    one.headers.add("Host", "127.0.0.1:8930");
    if (!credential.empty()) one.headers.add("Authorization", credential);
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
  Answer get(std::string_view target) { return send(request(http::Method::get, target)); }
  Answer post(std::string_view target, std::string body) {
    return send(request(http::Method::post, target, std::move(body)));
  }
  Answer put(std::string_view target, std::string body) {
    return send(request(http::Method::put, target, std::move(body)));
  }
  Answer del(std::string_view target) { return send(request(http::Method::del, target)); }
  // With keys only.
  Answer search(std::string_view jql) {
    json::Object body{{"jql", jql}, {"fields", json::Array{"key"}}};
    return post("/rest/api/3/search/jql", json::to_text(body));
  }

  static constexpr const char* kSite = "http://127.0.0.1:8930";
  Loop loop;
  StillClock clock;
  Addresses at{"http://gitlab.test", kSite, "http://dt.test", "http://pd.test", "http://sn.test"};
  std::string credential = "Basic " + base64_encode("mina@harbor.example:sandbox-token");
  std::unique_ptr<http::Handler> handler = make_sandbox({}, at, clock);
};

inline constexpr std::string_view kTicketPath = "/rest/api/3/issue/HARB-231";

}  // namespace davit::sandbox::atlassian
