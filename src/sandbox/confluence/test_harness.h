// What the tests of the Confluence sandbox share: a sandbox with a clock that stands still, and
// short words for asking it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sandbox/confluence/confluence.h"
#include "sandbox/test_kit.h"

namespace davit::sandbox::confluence {

struct Answer : Reply {
  std::size_t size() const {
    auto const* rows = json::find_array(json, "results");
    return rows == nullptr ? 0 : rows->size();
  }
  // Of every result.
  std::string all(std::string_view name) const {
    std::string text;
    auto const* rows = json::find_array(json, "results");
    if (rows == nullptr) return text;
    for (auto const& row : *rows) {
      if (!text.empty()) text += ' ';
      text += json::find_string(row, name).value_or("(none)");
    }
    return text;
  }
};

class Harness {
 public:
  static http::Request request(http::Method method, std::string target, std::string body = {}) {
    http::Request one;
    one.method = method;
    one.target = std::move(target);
    one.peer = "127.0.0.1";
    one.headers.add("Host", "127.0.0.1:8930");
    if (!body.empty()) one.headers.add("Content-Type", "application/json");
    one.body = std::move(body);
    return one;
  }
  Answer send(http::Request one) { return ask<Answer>(loop, *handler, std::move(one)); }
  Answer get(std::string_view path) {
    return send(request(http::Method::get, "/wiki" + std::string(path)));
  }
  Answer post(std::string_view path, std::string body = "{}") {
    return send(request(http::Method::post, "/wiki" + std::string(path), std::move(body)));
  }
  Answer put(std::string_view path, std::string body = "{}") {
    return send(request(http::Method::put, "/wiki" + std::string(path), std::move(body)));
  }
  Answer del(std::string_view path) {
    return send(request(http::Method::del, "/wiki" + std::string(path)));
  }

  Loop loop;
  StillClock clock{19h};
  Addresses at{
      "http://gitlab.test",
      "http://atlassian.test",
      "http://dynatrace.test",
      "http://pagerduty.test",
      "http://servicenow.test",
  };
  std::unique_ptr<http::Handler> handler = with_control(make_service(at, clock));
};

inline constexpr std::string_view kRunbookAdf = "/api/v2/pages/98244?body-format=atlas_doc_format";
inline constexpr std::string_view kDocument = "body.atlas_doc_format.value";

inline std::string quoted(std::string_view text) { return json::to_text(json::Value(text)); }

// A PUT of a page with this document.
inline std::string update(
    std::string_view id, int version, std::string_view title, std::string_view adf
) {
  return fmt::format(
      R"({{"id":"{}","status":"current","title":{},"version":{{"number":{},"message":"m"}},)"
      R"("body":{{"representation":"atlas_doc_format","value":{}}}}})",
      id,
      quoted(title),
      version,
      quoted(adf)
  );
}

}  // namespace davit::sandbox::confluence
