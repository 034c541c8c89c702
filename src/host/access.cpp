#include "host/access.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include "base/strings.h"
#include "http/url.h"

namespace davit::host {
namespace {

constexpr std::string_view kLoopback[] = {"localhost", "127.0.0.1", "[::1]"};

// Without the port.
std::string_view host_name(std::string_view host) {
  auto const colon = host.rfind(':');
  auto const is_port =
      colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
  return is_port ? host.substr(0, colon) : host;
}

bool is_loopback(std::string_view name) {
  return std::ranges::any_of(kLoopback, [&](std::string_view known) {
    return iequals(name, known);
  });
}

bool is_address(std::string_view name) {
  auto const in_brackets = name.starts_with('[') && name.ends_with(']');
  std::string const text(in_brackets ? name.substr(1, name.size() - 2) : name);
  in_addr four = {};
  in6_addr six = {};
  return in_brackets ? ::inet_pton(AF_INET6, text.c_str(), &six) == 1
                     : ::inet_pton(AF_INET, text.c_str(), &four) == 1;
}

bool is_allowed_host(std::string_view host, const AccessPolicy& policy) {
  if (is_loopback(host_name(host))) return true;
  if (policy.allows_addresses && is_address(host_name(host))) return true;
  return std::ranges::any_of(policy.allowed_hosts, [&](const std::string& known) {
    return known == "*" || iequals(host, known) || iequals(host_name(host), known);
  });
}

bool is_allowed_origin(std::string_view origin, const AccessPolicy& policy) {
  if (std::ranges::any_of(policy.allowed_origins, [&](const std::string& known) {
        return iequals(known, origin);
      })) {
    return true;
  }
  auto const url = http::parse_url(origin);
  return url && url->path == "/" && is_loopback(url->host);
}

// The names of what a tool repeats in the head of its calls, which only the tool knows (MCP
// 2026-07-28, basic/transports/streamable-http).
std::string asked_params(const http::Headers& headers) {
  constexpr std::string_view kPrefix = "mcp-param-";
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  std::string out;
  auto const asked = headers.get("Access-Control-Request-Headers").value_or("");
  for (auto const piece : split(asked, ',')) {
    auto const name = to_lower(trim(piece));
    auto const is_param = name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
                          name.find_first_not_of(kLetters) == std::string::npos;
    if (is_param) out += ", " + name;
  }
  return out;
}

}  // namespace

std::optional<std::string> check_access(const http::Headers& headers, const AccessPolicy& policy) {
  auto const shown = [](std::string_view text) { return to_utf8(utf8_prefix(text, 100)); };
  auto const host = headers.get("Host").value_or("");
  if (!is_allowed_host(host, policy)) {
    return fmt::format("the host '{}' is not served here; add it to allowed_hosts", shown(host));
  }
  if (headers.count("Origin") > 1) return "Origin stands more than once";
  auto const origin = headers.get("Origin");
  if (origin && !is_allowed_origin(*origin, policy)) {
    return fmt::format(
        "the origin '{}' may not call this server; add it to allowed_origins", shown(*origin)
    );
  }
  return std::nullopt;
}

http::Response preflight(const http::Headers& headers) {
  http::Response response;
  response.status = 204;
  response.headers.add("Access-Control-Allow-Methods", "POST, GET, DELETE, OPTIONS");
  // A wildcard would not cover Authorization (Fetch, "CORS protocol and HTTP caches").
  response.headers.add(
      "Access-Control-Allow-Headers",
      "Content-Type, Accept, Authorization, X-API-Key, Mcp-Session-Id, MCP-Protocol-Version, "
      "Last-Event-ID, "
      "Mcp-Method, Mcp-Name, traceparent, tracestate, X-Request-Id" +
          asked_params(headers)
  );
  response.headers.add("Access-Control-Max-Age", "86400");
  return response;
}

void add_cors(std::string_view origin, http::Response& response) {
  response.headers.add("Access-Control-Allow-Origin", origin);
  response.headers.add(
      "Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, X-Request-Id"
  );
  response.headers.add("Vary", "Origin");
}

}  // namespace davit::host
