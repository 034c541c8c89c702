// What the tests of all sandboxes share: a clock that stands still, and an answer with short words
// for looking into it. Each vendor's test_harness.h adds its own.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "async/loop.h"
#include "base/clock.h"
#include "http/server.h"
#include "json/json.h"

namespace davit::sandbox {

using namespace std::chrono_literals;

// On 2026-11-21, so long after midnight UTC, and then as far as the test moves it.
class StillClock final : public Clock {
 public:
  explicit StillClock(std::chrono::seconds after_midnight = 0s)
      : now_(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + after_midnight) {}
  std::chrono::system_clock::time_point now() const override { return now_; }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  std::chrono::system_clock::time_point now_;
};

struct Reply {
  int status = 0;  // 0 when there was no answer
  http::Headers headers;
  std::string body;
  json::Value json;  // null when the body is none

  std::string header(std::string_view name) const {
    return std::string(headers.get(name).value_or("(none)"));
  }
  std::string text(std::string_view path) const {
    return std::string(json::find_string(json, path).value_or("(none)"));
  }
  std::int64_t number(std::string_view path) const {
    return json::find_int(json, path).value_or(-1);
  }
};

// `Answer` is a Reply with what a vendor's tests ask of it.
template <class Answer>
Answer ask(Loop& loop, http::Handler& handler, http::Request request) {
  auto response = loop.run(handler.handle(std::move(request)));
  Answer answer;
  if (!response) return answer;
  answer.status = response->status;
  answer.headers = response->headers;
  answer.body = response->body;
  if (auto parsed = json::parse(response->body)) answer.json = *std::move(parsed);
  return answer;
}

}  // namespace davit::sandbox
