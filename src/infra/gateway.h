// What stands in front of functions: the paths that lead to them, and the three kinds of gateway.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infra/parts.h"
#include "infra/unit.h"
#include "manifest/manifest.h"

namespace davit::infra {

// What a path is for.
enum class Path {
  endpoint,  // of a server, with all that MCP asks of it
  shortcut,  // another spelling of one
  below,     // whatever else the server answers to, unchecked
  health,    // for anybody
  metadata,  // how to get a token, for anybody (RFC 9728)
};

struct GatewayPath {
  std::string id;    // for logical ids and operations, "GitlabMcp"
  std::string path;  // "/gitlab/mcp", "/{server}/mcp", "/gitlab/{proxy+}"
  Path kind = Path::endpoint;
  const Unit* unit = nullptr;  // lives as long as the parts
};

// Every path once. The servers of a function that has several share theirs, "/{server}/mcp", so
// that a gateway does not grow with them: an API has at most 300 resources ("Amazon API Gateway
// quotas").
std::vector<GatewayPath> gateway_paths(const manifest::Manifest& manifest, const Parts& parts);

// Headers that a page may send, methods that it may use, headers that it may read.
inline constexpr std::string_view kCorsHeaders[] = {
    "Authorization",
    "Content-Type",
    "Accept",
    "X-API-Key",
    "Mcp-Session-Id",
    "MCP-Protocol-Version",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "traceparent",
    "tracestate",
    "X-Request-Id",
    "X-Amz-Date",
    "X-Amz-Security-Token",
};
inline constexpr std::string_view kCorsMethods[] = {"POST", "GET", "DELETE"};
inline constexpr std::string_view kCorsExposed[] = {
    "Mcp-Session-Id", "WWW-Authenticate", "X-Request-Id"
};
inline constexpr int kCorsSeconds = 86'400;

json::Array texts_of(std::span<const std::string_view> texts);

// The names of the servers that a path leads to.
std::string server_names(const Unit& unit);

// Lets the API call the functions, by their own paths only. `stage` is as an ARN has it.
void allow_gateway(
    const std::vector<GatewayPath>& paths, std::string_view stage, const Parts& parts, Stack& stack
);

// Clients have the domain alone; with failover the health check asks the API under its own name.
bool hides_own_name(const manifest::Manifest& manifest);

// Each adds its resources and fills parts.functions and parts.edge.url.
void add_rest_api(const manifest::Manifest& manifest, Parts& parts, Stack& stack);
void add_http_api(const manifest::Manifest& manifest, Parts& parts, Stack& stack);
void add_function_urls(const manifest::Manifest& manifest, Parts& parts, Stack& stack);

}  // namespace davit::infra
