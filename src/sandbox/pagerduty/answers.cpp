#include "sandbox/pagerduty/answers.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::sandbox::pagerduty {
namespace {

constexpr std::int64_t kMostInPage = 100;
constexpr std::int64_t kDeepest = 10000;

Or<std::int64_t> count_param(const Call& call, std::string_view name, std::int64_t fallback) {
  if (!call.has(name)) return fallback;
  auto const given = call.integer(name);
  if (!given || *given < 0) return invalid(std::string(name) + " must be a non-negative integer");
  return *given;
}

}  // namespace

http::Response error(
    int status, int code, std::string_view message, const std::vector<std::string>& details
) {
  json::Object body{{"message", message}, {"code", code}};
  if (!details.empty()) body["errors"] = json::Array(details.begin(), details.end());
  return json_answer(json::Object{{"error", std::move(body)}}, status);
}

http::Response invalid(const std::string& detail) {
  return error(400, 2001, "Invalid Input Provided", {detail});
}

http::Response not_found() { return error(404, 2100, "Not Found"); }

std::string stamp(Time time) { return to_text(time).substr(0, 19) + "Z"; }

json::Value stamp_or_null(const std::optional<Time>& time) {
  if (!time) return nullptr;
  return json::Value(json::String(stamp(*time)));
}

// 1008 is the code of a sender that the account does not have.
Or<const User*> sender(const World& world, const Call& call) {
  auto const from = trim(call.request.headers.get("From").value_or(""));
  if (from.empty()) return invalid("From header is required");
  for (auto const& user : world.store.users) {
    if (iequals(user.email, from)) return &user;
  }
  return error(400, 1008, "Requester User Not Found");
}

Or<std::optional<Time>> time_param(const Call& call, std::string_view name) {
  auto const given = call.text(name);
  if (!given || given->empty()) return std::optional<Time>();
  auto const time = parse_time(*given);
  if (!time) return invalid(std::string(name) + " is not a valid date");
  return time;
}

bool is_among(const std::vector<std::string>& wanted, std::string_view value) {
  return std::ranges::find(wanted, value) != wanted.end();
}

bool fits(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || is_among(wanted, value);
}

bool fits_any(const std::vector<std::string>& wanted, const std::vector<std::string>& values) {
  return wanted.empty() ||
         std::ranges::any_of(values, [&](auto const& value) { return is_among(wanted, value); });
}

bool matches_query(const Call& call, std::string_view text) {
  return to_lower(text).find(to_lower(call.text("query").value_or(""))) != std::string::npos;
}

std::string body_text(const json::Value& body, std::string_view path) {
  return std::string(json::find_string(body, path).value_or(""));
}

Or<Page> page_of(const Call& call) {
  DAVIT_TRY(auto const limit, count_param(call, "limit", 25));
  DAVIT_TRY(auto const offset, count_param(call, "offset", 0));
  auto const clipped = std::clamp<std::int64_t>(limit, 1, kMostInPage);
  if (offset > kDeepest - clipped) {
    return invalid("Offset and limit must not exceed 10000 records in sum");
  }
  return Page{static_cast<std::size_t>(clipped), static_cast<std::size_t>(offset)};
}

json::Object page_answer(
    const Call& call, std::string_view name, json::Array rows, Page page, std::size_t count
) {
  json::Object answer{
      {"limit", page.limit},
      {"offset", page.offset},
      {"total", nullptr},
      {"more", page.offset + rows.size() < count}
  };
  if (call.flag("total")) answer["total"] = count;
  answer[name] = std::move(rows);
  return answer;
}

}  // namespace davit::sandbox::pagerduty
