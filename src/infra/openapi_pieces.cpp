#include "infra/openapi_pieces.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infra/gateway.h"

namespace davit::infra {
namespace {

// What the gateway itself answers, in the form that MCP clients read. Only variables are filled in
// here, no template is run ("Set up a gateway response").
struct Refusal {
  std::string_view type;
  std::string_view status;
  int code;  // JSON-RPC 2.0, "Error object"
  std::string_view message;
  bool retry = false;  // in a second
};
constexpr Refusal kRefusals[] = {
    {"BAD_REQUEST_BODY", "400", -32600, "Invalid Request: the body is no JSON-RPC 2.0"},
    {"THROTTLED", "429", -32000, "too many requests", true},
    {"QUOTA_EXCEEDED", "429", -32000, "the quota of this key is used up"},
    {"INTEGRATION_TIMEOUT", "504", -32000, "the server did not answer in time"},
};

std::string quoted(std::string_view text) { return fmt::format("'{}'", text); }

}  // namespace

json::Object schema_reference(std::string_view schema) {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

// No minItems: the gateway leaves it out of its check ("Amazon API Gateway important notes").
json::Object openapi_schemas() {
  json::Object const version{{"type", "string"}, {"enum", json::Array{"2.0"}}};
  json::Object message{
      {"type", "object"},
      {"required", json::Array{"jsonrpc"}},
      {"properties", json::Object{{"jsonrpc", version}}},
  };
  json::Object batch{{"type", "array"}, {"items", schema_reference("Message")}};
  json::Object either{{"anyOf", json::Array{schema_reference("Message"), schema_reference("Batch")}}
  };
  return {
      {"Message", std::move(message)},
      {"Batch", std::move(batch)},
      {"Messages", std::move(either)},
      {"Events", json::Object{{"type", "string"}}},
  };
}

json::Object gateway_refusals(const manifest::Strings& origins) {
  json::Object headers;
  // A page may not read why it was refused without this, and only one origin can be said here.
  if (origins.size() == 1) {
    headers["gatewayresponse.header.Access-Control-Allow-Origin"] = quoted(origins.front());
  }
  json::Object all;
  for (auto const& row : kRefusals) {
    json::Object const error{{"code", row.code}, {"message", row.message}};
    json::Object const body{{"jsonrpc", "2.0"}, {"id", nullptr}, {"error", error}};
    auto own = headers;
    if (row.retry) own["gatewayresponse.header.Retry-After"] = quoted("1");
    json::Object refusal{
        {"statusCode", row.status},
        {"responseTemplates", json::Object{{"application/json", json::to_text(body)}}},
    };
    if (!own.empty()) refusal["responseParameters"] = std::move(own);
    all[row.type] = std::move(refusal);
  }
  if (!headers.empty()) {
    for (auto const* type : {"DEFAULT_4XX", "DEFAULT_5XX"}) {
      all[type] = json::Object{{"responseParameters", headers}};
    }
  }
  return all;
}

// The gateway answers preflights itself, which takes no function's time. Its mapping can name one
// origin only; a template puts the caller's in its place when it is one of ours. Names of headers
// are told apart by case there, and HTTP/2 has lower case.
json::Object preflight(const manifest::Strings& origins) {
  json::Object object;
  std::vector<std::string> tests;
  for (auto const& origin : origins) tests.push_back(fmt::format("$origin == \"{}\"", origin));
  auto const script = fmt::format(
      "#set($origin = $input.params(\"Origin\"))\n"
      "#if($origin == \"\")#set($origin = $input.params(\"origin\"))#end\n"
      "#if({})#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end\n",
      fmt::join(tests, " || ")
  );
  std::pair<std::string_view, std::string> const headers[] = {
      {"Access-Control-Allow-Origin", origins.front()},
      {"Access-Control-Allow-Methods", fmt::format("{}", fmt::join(kCorsMethods, ", "))},
      // The wildcard is for the headers that tools ask for, Mcp-Param-*; it does not cover
      // Authorization (Fetch, "CORS protocol and HTTP caches").
      {"Access-Control-Allow-Headers", fmt::format("{}, *", fmt::join(kCorsHeaders, ", "))},
      {"Access-Control-Max-Age", std::to_string(kCorsSeconds)},
      {"Vary", "Origin"},
  };
  json::Object declared;
  json::Object mapped;
  for (auto const& [name, value] : headers) {
    declared[name] = json::Object{{"schema", json::Object{{"type", "string"}}}};
    mapped[fmt::format("method.response.header.{}", name)] = quoted(value);
  }
  json::Object const answer{
      {"statusCode", "204"},
      {"responseParameters", std::move(mapped)},
      {"responseTemplates", json::Object{{"application/json", script}}},
  };
  object["responses"] = json::Object{
      {"204", json::Object{{"description", "What it may."}, {"headers", std::move(declared)}}},
      {"403", json::Object{{"description", "Not allowed."}}},
  };
  object["x-amazon-apigateway-integration"] = json::Object{
      {"type", "mock"},
      {"requestTemplates", json::Object{{"application/json", R"({"statusCode": 204})"}}},
      {"responses", json::Object{{"default", answer}}},
  };
  return object;
}

}  // namespace davit::infra
