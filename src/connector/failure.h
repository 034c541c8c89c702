// Failure: what goes wrong with an upstream, told to a model. A message has three parts, "<what
// failed>: <what the upstream said>. <what to do next>", and never a request header in it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "connector/connector.h"
#include "http/client.h"
#include "json/json.h"
#include "mcp/tool.h"

namespace davit::connector {

struct Failure {
  ErrorKind kind = ErrorKind::unavailable;
  int http_status = 0;  // 0 without an answer
  std::string reason;   // a clause without full stop
  std::string advice;   // a sentence
  std::string request_id;
  std::optional<std::chrono::milliseconds> retry_after;
  bool is_quota = false;  // a quota of the credential is used up, for all calls
  json::Value body;       // what the vendor said, for code that knows it; null when it is no JSON
};

// For an answer outside 200 to 299. `scopes` is what the credential should have.
Failure describe_status(
    const Connector& connector,
    const http::ClientResponse& answer,
    std::chrono::system_clock::time_point now,
    std::string_view scopes = {}
);

// For a request without an answer.
Failure describe_error(const Connector& connector, const Error& error);

// For an answer with a good status whose body is not what the API promises.
Failure describe_body(
    const Connector& connector, const http::ClientResponse& answer, std::string_view what_is_wrong
);

// Changes the advice when a write may have been carried out although it failed: without an answer,
// with one of a server that broke, or with a good status and a bad body. Trying again blindly would
// then write twice.
void warn_of_unknown_outcome(Failure& failure);

// The message is "<reason>. <advice>"; the facts travel as JSON in `detail`, where the log wants
// them and `to_tool_result` finds them.
Error to_error(const Failure& failure);

// Of an error from `to_error`: 0 and null when there was no answer, or none in JSON.
int http_status_of(const Error& error);
json::Value upstream_body_of(const Error& error);

// "<title> failed: <message>" with {http_status, code, retry_after_s, request_id} beside it.
mcp::ToolResult to_tool_result(const Tool& tool, const Error& error);

// The value of Retry-After, RFC 9110, 10.2.3: seconds or a date; else of the connector's own
// header.
std::optional<std::chrono::milliseconds> retry_after_of(
    const Connector& connector,
    const http::Headers& headers,
    std::chrono::system_clock::time_point now
);

}  // namespace davit::connector
