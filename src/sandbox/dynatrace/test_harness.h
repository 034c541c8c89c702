// What the tests of this sandbox share: one with a clock that stands still, and short words for
// asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sandbox/dynatrace/dynatrace.h"
#include "sandbox/test_kit.h"

namespace davit::sandbox::dynatrace {

struct Answer : Reply {
  std::size_t size(std::string_view path) const {
    auto const* list = json::find_array(json, path);
    return list == nullptr ? 0 : list->size();
  }
  bool has(std::string_view part) const { return body.find(part) != std::string::npos; }
};

class Harness {
 public:
  Answer send(http::Method method, std::string_view target, std::string body = {}) {
    http::Request one;
    one.method = method;
    one.target = target;
    one.peer = "127.0.0.1";
    one.headers.add("Host", "dynatrace.test");
    if (!authorization.empty()) one.headers.add("Authorization", authorization);
    if (!body.empty()) one.headers.add("Content-Type", content_type);
    one.body = std::move(body);
    return ask<Answer>(loop, *handler, std::move(one));
  }
  // Of the classic API, behind the platform.
  Answer get(std::string_view path) { return send(http::Method::get, classic + std::string(path)); }
  Answer post(std::string_view path, std::string body = "{}") {
    return send(http::Method::post, classic + std::string(path), std::move(body));
  }
  // `more` are further members of the body, each with a comma before it.
  Answer execute(std::string_view dql, std::string_view more = {}) {
    auto body = json::to_text(json::Object{{"query", dql}});
    body.insert(body.size() - 1, more);
    return send(http::Method::post, grail + "query:execute", std::move(body));
  }
  Answer poll(const std::string& token) {
    return send(http::Method::get, grail + "query:poll?request-token=" + token);
  }

  const std::string classic = "/platform/classic/environment-api/v2";
  const std::string grail = "/platform/storage/query/v1/";
  Loop loop;
  StillClock clock{12h};
  std::string content_type = "application/json";
  std::string authorization = "Bearer " + Options().token;
  Addresses addresses{
      "http://gitlab.test",
      "http://atlassian.test",
      "http://dynatrace.test",
      "http://pagerduty.test",
      "http://servicenow.test",
  };
  std::unique_ptr<http::Handler> handler = make_sandbox({}, addresses, clock);
};

}  // namespace davit::sandbox::dynatrace
