#include "sandbox/atlassian/limits.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"

namespace davit::sandbox::atlassian {
namespace {

using std::chrono::seconds;

struct WriteLimit {
  std::size_t writes;
  seconds span;
};
constexpr WriteLimit kWriteLimits[] = {{20, seconds(2)}, {100, seconds(30)}};

// "HARB-231" of "/rest/api/3/issue/HARB-231/comment"; "" for what is no write on one issue.
std::string written_issue(const http::Request& request) {
  constexpr std::string_view kPrefix = "/rest/api/3/issue/";
  if (request.method == http::Method::get || !request.path().starts_with(kPrefix)) return "";
  auto const rest = request.path().substr(kPrefix.size());
  auto const name = rest.substr(0, rest.find('/'));
  return name.starts_with("bulk") ? "" : to_lower(name);
}

}  // namespace

void Limits::reset() {
  in_window_ = 0;
  writes_.clear();
}

std::optional<Limits::Refusal> Limits::count_write(const std::string& issue, Time now) {
  auto& times = writes_[issue];
  while (!times.empty() && now - times.front() >= kWriteLimits[1].span) times.pop_front();
  for (auto const& limit : kWriteLimits) {
    auto const recent =
        std::ranges::count_if(times, [&](Time one) { return now - one < limit.span; });
    if (static_cast<std::size_t>(recent) >= limit.writes) {
      return Refusal{"jira-per-issue-on-write", limit.span};
    }
  }
  times.push_back(now);
  return std::nullopt;
}

std::optional<Limits::Refusal> Limits::count(const http::Request& request, Time now) {
  auto const minute = std::chrono::floor<std::chrono::minutes>(now);
  if (Time(minute) != window_) in_window_ = 0;
  window_ = minute;
  if (++in_window_ > per_minute_) {
    auto const left = window_ + std::chrono::minutes(1) - now;
    return Refusal{"jira-burst-based", std::max(std::chrono::ceil<seconds>(left), seconds(1))};
  }
  auto const issue = written_issue(request);
  return issue.empty() ? std::nullopt : count_write(issue, now);
}

void Limits::add_headers(http::Response& response) const {
  auto const left = std::max(0, per_minute_ - in_window_);
  response.headers.add("X-RateLimit-Limit", fmt::format("{}", per_minute_));
  response.headers.add("X-RateLimit-Remaining", fmt::format("{}", left));
  response.headers.add("X-RateLimit-NearLimit", left < per_minute_ / 5 ? "true" : "false");
}

http::Response too_many(const std::string& reason, const std::string& retry_after, Time reset) {
  auto response = error(429, "Rate limit exceeded.");
  if (!retry_after.empty()) response.headers.add("Retry-After", retry_after);
  response.headers.add("X-RateLimit-Reset", to_text(reset).substr(0, 16) + "Z");
  response.headers.add("RateLimit-Reason", reason);
  return response;
}

}  // namespace davit::sandbox::atlassian
