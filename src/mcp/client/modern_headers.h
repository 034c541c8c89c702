// The header fields that repeat a modern request for those on the way who read no bodies.
// 2026-07-28, basic/transports/streamable-http, "Request Metadata".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "json/json.h"
#include "mcp/header_params.h"

namespace davit::mcp::client {

// Plain where the value can stand in a header, Base64 in the sentinel form where it cannot.
std::string encode_header_value(std::string_view value);

// `repeated` are the parameters of the tool that are sent as fields, too.
http::Headers modern_headers(
    std::string_view method, const json::Object& params, const std::vector<HeaderParam>& repeated
);

}  // namespace davit::mcp::client
