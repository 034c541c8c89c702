#include "sandbox/faults.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox {
namespace {

struct Name {
  std::string_view text;
  Fault fault;
};
constexpr std::array<Name, 11> kNames{{
    {"rate_limited", Fault::rate_limited},
    {"unavailable", Fault::unavailable},
    {"bad_gateway", Fault::bad_gateway},
    {"server_error", Fault::server_error},
    {"slow", Fault::slow},
    {"hang", Fault::hang},
    {"truncated", Fault::truncated},
    {"html", Fault::html},
    {"huge", Fault::huge},
    {"redirect", Fault::redirect},
    {"wrong_type", Fault::wrong_type},
}};

constexpr std::size_t kHugeBytes = 5 * 1024 * 1024;
constexpr std::string_view kElsewhere = "http://elsewhere.invalid/login";

Result<Fault> fault_named(std::string_view text) {
  auto const found = std::ranges::find(kNames, text, &Name::text);
  if (found != kNames.end()) return found->fault;
  std::string known;
  for (auto const& name : kNames) known += fmt::format(" {}", name.text);
  return Error(ErrorKind::invalid_input, fmt::format("'{}' is no fault; known are{}", text, known));
}

std::string_view name_of(Fault fault) {
  auto const found = std::ranges::find(kNames, fault, &Name::fault);
  return found == kNames.end() ? "none" : found->text;
}

std::string proxy_page(int status) {
  auto const title = fmt::format("{} {}", status, http::reason_of(status));
  return fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
      "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
      title
  );
}

constexpr std::string_view kLoginPage =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>"
    "<form action=\"/users/sign_in\" method=\"post\"><input name=\"user[login]\"></form>"
    "</body></html>\n";

std::string huge_body() {
  std::string body = "[";
  while (body.size() < kHugeBytes) {
    if (body.size() > 1) body += ',';
    body += fmt::format(R"({{"id":{},"title":"{:x>900}"}})", body.size(), "");
  }
  return body + "]";
}

// Header form: "slow", "slow; delay_ms=250", "rate_limited; retry_after=0".
Result<FaultRule> from_header(std::string_view text) {
  FaultRule rule;
  auto const parts = split(text, ';');
  DAVIT_TRY(rule.fault, fault_named(trim(parts.front())));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto const equals = parts[i].find('=');
    auto const name = trim(parts[i].substr(0, equals));
    auto const value =
        equals == std::string_view::npos ? std::string_view() : trim(parts[i].substr(equals + 1));
    if (name == "retry_after") {
      rule.retry_after = value;
    } else if (name == "delay_ms") {
      int delay = 0;
      std::from_chars(value.data(), value.data() + value.size(), delay);
      rule.delay = std::chrono::milliseconds(delay);
    } else {
      return Error(ErrorKind::invalid_input, "X-Sandbox-Fault knows only retry_after and delay_ms");
    }
  }
  return rule;
}

}  // namespace

Result<> Faults::add(const json::Value& value) {
  FaultRule rule;
  auto const name = json::find_string(value, "fault");
  if (!name) return Error(ErrorKind::invalid_input, "'fault' is missing");
  DAVIT_TRY(rule.fault, fault_named(*name));
  rule.match = json::find_string(value, "match").value_or("");
  rule.method = json::find_string(value, "method").value_or("");
  rule.times = static_cast<int>(json::find_int(value, "times").value_or(1));
  rule.delay = std::chrono::milliseconds(json::find_int(value, "delay_ms").value_or(1000));
  auto const* object = value.if_object();
  if (auto const* given = object->if_contains("retry_after")) {
    rule.retry_after = given->is_null() ? std::string() : json::to_text(*given);
    if (given->is_string()) rule.retry_after = json::view(given->get_string());
  }
  rules_.push_back(std::move(rule));
  return {};
}

json::Array Faults::to_json() const {
  json::Array all;
  for (auto const& rule : rules_) {
    json::Object shown{
        {"match", rule.match},
        {"method", rule.method},
        {"fault", name_of(rule.fault)},
        {"times", rule.times},
        {"hits", rule.hits}
    };
    if (rule.fault == Fault::slow) shown["delay_ms"] = rule.delay.count();
    if (rule.fault == Fault::rate_limited) shown["retry_after"] = rule.retry_after;
    all.push_back(std::move(shown));
  }
  return all;
}

Result<FaultRule> Faults::take(const http::Request& request) {
  if (auto const asked = request.headers.get("X-Sandbox-Fault")) return from_header(*asked);
  for (auto& rule : rules_) {
    auto const is_over = rule.times >= 0 && rule.hits >= rule.times;
    auto const fits = request.target.find(rule.match) != std::string::npos &&
                      (rule.method.empty() || rule.method == http::to_string(request.method));
    if (is_over || !fits) continue;
    ++rule.hits;
    return rule;
  }
  return FaultRule();
}

http::Response spoil(Fault fault, http::Response right) {
  switch (fault) {
    case Fault::none:
    case Fault::rate_limited:
    case Fault::slow:
    case Fault::hang: break;
    case Fault::unavailable: return http::Response::text(503, "text/html", proxy_page(503));
    case Fault::bad_gateway: return http::Response::text(502, "text/html", proxy_page(502));
    case Fault::server_error:
      return http::Response::json(500, R"({"message":"500 Internal Server Error"})");
    case Fault::truncated: right.body.resize(right.body.size() / 2); break;
    case Fault::html:
      return http::Response::text(200, "text/html; charset=utf-8", std::string(kLoginPage));
    case Fault::huge: return http::Response::json(200, huge_body());
    case Fault::redirect: {
      auto away = http::Response::text(
          302, "text/html", "<html><body>You are being redirected.</body></html>"
      );
      away.headers.add("Location", kElsewhere);
      return away;
    }
    case Fault::wrong_type: return http::Response::json(200, R"("maintenance")");
  }
  return right;
}

}  // namespace davit::sandbox
