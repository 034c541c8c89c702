#include "connectors/pagerduty/references.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/request.h"

namespace davit::connectors::pagerduty {
namespace {

using connector::Str;

constexpr Str kVendorDomain = ".pagerduty.com";
constexpr Str kEuropeanDomain = ".eu.pagerduty.com";
constexpr std::size_t kLongestId = 40;
// A number stays with its incident.
constexpr std::chrono::minutes kNumberAge{15};

struct Kind {
  Str argument;
  Str folders;  // in a web address before the id, divided by blanks
};

constexpr Kind kKinds[] = {
    {"incident", "incidents"},
    {"incidents", "incidents"},
    {"into", "incidents"},
    {"sources", "incidents"},
    {"service", "service-directory services"},
    {"services", "service-directory services"},
    {"schedule", "schedules"},
    {"escalation_policy", "escalation_policies"},
    {"escalation_policies", "escalation_policies"},
    {"user", "users"},
    {"users", "users"},
    {"assignees", "users"},
    {"team", "teams"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 && std::ranges::all_of(text, is_digit);
}

bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || is_capital(c) || (c >= 'a' && c <= 'z');
  });
}

Error refuse(Str name, std::string_view why) {
  return Error(ErrorKind::invalid_input, fmt::format("{} {}", name, why));
}

// Web pages are at the customer's own subdomain, of the same region as the API.
bool is_own_page(const http::Url& url, const http::Url& base) {
  if (!is_vendor_host(base.host)) return url.same_origin(base);
  auto const is_european = [](const http::Url& one) { return one.host.ends_with(kEuropeanDomain); };
  return url.scheme == "https" && url.host.ends_with(kVendorDomain) &&
         is_european(url) == is_european(base);
}

Result<std::string> id_in_address(const Kind& kind, std::string_view text, const http::Url& base) {
  auto const url = http::parse_url(text);
  // Its own message repeats the text, which may hold a password.
  if (!url) return refuse(kind.argument, "is no web address that can be used");
  if (!is_own_page(*url, base)) {
    return refuse(
        kind.argument,
        fmt::format("is an address at {}, and this server works with {}", url->host, base.host)
    );
  }
  auto const steps = split(url->path, '/');
  for (auto const folder : split(kind.folders, ' ')) {
    if (steps.size() > 2 && steps[1] == folder && is_plain(steps[2])) return std::string(steps[2]);
  }
  return refuse(kind.argument, "is the web address of something else");
}

Result<std::string> resolved(const Kind& kind, std::string_view given, const http::Url& base) {
  auto text = trim(given);
  if (text.find("://") != text.npos) return id_in_address(kind, text, base);
  if (kind.folders != "incidents") return std::string(text);
  // As answers name an incident: "[#1042] title".
  auto const close = text.find(']');
  if (text.starts_with('[') && close != text.npos) text = text.substr(1, close - 1);
  if (text.starts_with('#')) text.remove_prefix(1);
  if (is_plain(text)) return std::string(text);
  return refuse(kind.argument, "must be an id, a number such as 1042, or a web address");
}

}  // namespace

// The reference calls ids opaque. Those that it shows have 7 characters, or 14 since they grew,
// begin with P, Q or R, and are of capitals and digits. Between these lengths a digit tells them
// from a name in capitals; a name that looks quite like one is taken for an id, which PagerDuty
// refuses.
bool is_id(std::string_view text) {
  if (text.size() < 7 || text.size() > 14 || text[0] < 'P' || text[0] > 'R') return false;
  auto const is_id_letter = [](char c) { return is_digit(c) || is_capital(c); };
  if (!std::ranges::all_of(text, is_id_letter)) return false;
  return text.size() == 7 || std::ranges::any_of(text, is_digit);
}

bool is_vendor_host(std::string_view host) { return host.ends_with(kVendorDomain); }

Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
) {
  for (auto const& kind : kKinds) {
    auto* const value = arguments.if_contains(kind.argument);
    if (value == nullptr || find_param(tool, kind.argument) == nullptr) continue;
    if (auto const* text = value->if_string()) {
      DAVIT_TRY(auto const id, resolved(kind, json::view(*text), base));
      *value = id;
      continue;
    }
    if (!value->is_array()) continue;
    for (auto& element : value->get_array()) {
      DAVIT_TRY(auto const id, resolved(kind, connector::to_plain_text(element), base));
      element = id;
    }
  }
  return {};
}

Async<std::string> incident_id(connector::Invocation call, std::string incident) {
  if (!is_number(incident)) co_return incident;
  DAVIT_CO_TRY(auto const body, co_await call.get_cached("/incidents/" + incident, kNumberAge));
  auto const id = json::find_string(body, "incident.id");
  if (!id) co_return Error(ErrorKind::protocol, "PagerDuty answered with an incident without id");
  co_return std::string(*id);
}

Async<connector::ApiRequest> make_for_incident(connector::Invocation call) {
  auto const given = std::string(call.text("incident"));
  DAVIT_CO_TRY(auto const id, co_await incident_id(call, given));
  call.arguments()["incident"] = id;
  co_return build_request(call.tool(), call.arguments());
}

}  // namespace davit::connectors::pagerduty
