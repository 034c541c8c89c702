// What the tests of the ServiceNow sandbox share: a sandbox with a clock that stands still, and
// short words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "sandbox/servicenow/servicenow.h"
#include "sandbox/test_kit.h"

namespace davit::sandbox::servicenow {

struct Answer : Reply {
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
  Answer send(http::Request one) { return ask<Answer>(loop, *handler, std::move(one)); }
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
