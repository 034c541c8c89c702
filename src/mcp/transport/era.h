// Which era a message on the HTTP endpoint belongs to, and the checks that a modern request must
// pass before it is served. Pure functions over headers and message.
#pragma once

#include <optional>
#include <string_view>

#include "http/message.h"
#include "jsonrpc/message.h"
#include "mcp/dispatch.h"
#include "mcp/exchange.h"

namespace davit::mcp::transport {

inline constexpr std::string_view kVersionHeader = "MCP-Protocol-Version";

// Decided once for each message, before any session is looked up: a request that carries the modern
// version key is modern, and so is everything under a version header that no legacy revision has.
Era classify(const http::Headers& headers, const jsonrpc::Message& message);

// True when the version header, if there is one, names a legacy revision (for GET and DELETE).
bool has_legacy_version(const http::Headers& headers);

// The ladder of MCP 2026-07-28, basic/transports/streamable-http, "Protocol Version Header" and
// "Standard MCP Request Headers" and "Custom Headers": the first check that fails answers. The
// order is the protocol's: `_meta` before version equality, equality before support, method before
// name, extension before what the method is about.
std::optional<Refusal> check_modern(
    const http::Headers& headers, const jsonrpc::Message& message, const Dispatcher& dispatcher
);

// The same ladder without headers, for stdio: `_meta`, version, method, extension.
std::optional<Refusal> check_modern(const jsonrpc::Message& message, const Dispatcher& dispatcher);

// Undoes the `=?base64?...?=` form of a header value. Nothing when it is malformed, or when a plain
// value has characters that need that form.
std::optional<std::string> decode_header_value(std::string_view value);

}  // namespace davit::mcp::transport
