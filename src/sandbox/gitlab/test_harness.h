// What the tests of the GitLab sandbox share: a sandbox with a clock that stands still, and short
// words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sandbox/gitlab/gitlab.h"
#include "sandbox/test_kit.h"

namespace davit::sandbox::gitlab {

struct Answer : Reply {
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
  Answer send(http::Request one) { return ask<Answer>(loop, *handler, std::move(one)); }
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
