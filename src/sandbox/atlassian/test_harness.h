// A Jira sandbox with a clock that stands still, and short words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/base64.h"
#include "sandbox/atlassian/atlassian.h"
#include "sandbox/test_kit.h"

namespace davit::sandbox::atlassian {

struct Answer : Reply {
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
  Answer send(http::Request one) { return ask<Answer>(loop, *handler, std::move(one)); }
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
  StillClock clock{10h};
  Addresses at{"http://gitlab.test", kSite, "http://dt.test", "http://pd.test", "http://sn.test"};
  std::string credential = "Basic " + base64_encode("mina@harbor.example:sandbox-token");
  std::unique_ptr<http::Handler> handler = make_sandbox({}, at, clock);
};

inline constexpr std::string_view kTicketPath = "/rest/api/3/issue/HARB-231";

}  // namespace davit::sandbox::atlassian
