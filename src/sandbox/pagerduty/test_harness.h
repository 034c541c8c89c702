// What the tests of the PagerDuty sandbox share: a sandbox with a clock that stands still, and
// short words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sandbox/pagerduty/pagerduty.h"
#include "sandbox/test_kit.h"

namespace davit::sandbox::pagerduty {

struct Answer : Reply {
  bool is(std::string_view path) const { return json::find_bool(json, path).value_or(false); }
  std::size_t size(std::string_view path) const {
    auto const* array = json::find_array(json, path);
    return array == nullptr ? 0 : array->size();
  }
};

inline const Addresses kAt{
    .gitlab = "http://gitlab.test",
    .atlassian = "http://atlassian.test",
    .dynatrace = "http://dynatrace.test",
    .pagerduty = "http://pagerduty.test",
    .servicenow = "http://servicenow.test"
};

class Harness {
 public:
  explicit Harness(Options options = {}) : handler(make_sandbox(std::move(options), kAt, clock)) {}

  http::Request request(http::Method method, std::string_view target, std::string_view body = {}) {
    http::Request one;
    one.method = method;
    one.target = target;
    one.peer = "127.0.0.1";
    one.headers.add("Host", "pagerduty.test");
    one.headers.add("Accept", accept);
    if (!authorization.empty()) one.headers.add("Authorization", authorization);
    if (!from.empty()) one.headers.add("From", from);
    one.body = body;
    return one;
  }
  Answer send(http::Request one) { return ask<Answer>(loop, *handler, std::move(one)); }
  Answer get(std::string_view path) { return send(request(http::Method::get, path)); }
  Answer post(std::string_view path, std::string_view body) {
    return send(request(http::Method::post, path, body));
  }
  Answer put(std::string_view path, std::string_view body) {
    return send(request(http::Method::put, path, body));
  }
  Answer del(std::string_view path) { return send(request(http::Method::del, path)); }

  Loop loop;
  StillClock clock{10h};
  std::string authorization = "Token token=sandbox-token";
  std::string accept = "application/vnd.pagerduty+json;version=2";
  std::string from = "mina@harbor.example";
  std::unique_ptr<http::Handler> handler;
};

}  // namespace davit::sandbox::pagerduty
