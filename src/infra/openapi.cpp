#include "infra/openapi.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infra/function_environment.h"
#include "infra/gateway.h"
#include "infra/openapi_pieces.h"

namespace davit::infra {
namespace {

using manifest::Manifest;

// One method of a path: its summary, where "{}" stands for the servers, and the answers that it
// has, by status.
struct Verb {
  std::string_view name;
  std::string_view summary;
  std::string_view answers;
};
constexpr Verb kPost{
    "post", "Send a message to {}.", "200 202 400 401 403 404 406 413 415 429 502 504"
};
constexpr Verb kGet{
    "get", "Open an event stream of {}, which older clients try.", "200 401 403 404 405 429"
};
constexpr Verb kDelete{"delete", "End a session with {}.", "204 401 403 404 405 429"};
constexpr Verb kSame{
    "post", "Send a message to {}, at another address.", "200 202 400 401 403 429"
};
constexpr Verb kAny{"any", "Anything else of {}.", "200"};
constexpr Verb kHealth{"get", "Whether {} is well.", "200 429 503"};
constexpr Verb kMetadata{"get", "Who gives tokens for {} (RFC 9728).", "200 404 429"};
constexpr Verb kOptions{"options", "What a page may send to {} (CORS).", ""};

constexpr std::pair<std::string_view, std::string_view> kAnswers[] = {
    {"200", "The answer."},
    {"202", "Taken, without an answer."},
    {"204", "Done."},
    {"400", "The body is no JSON-RPC 2.0."},
    {"401", "It is not known who calls."},
    {"403", "Not allowed."},
    {"404", "There is no such server or session."},
    {"405", "Not with this method."},
    {"406", "The client takes no form that there is."},
    {"413", "The body is too large."},
    {"415", "The body is no JSON."},
    {"429", "Too many requests."},
    {"502", "The server failed."},
    {"503", "Not now."},
    {"504", "The server did not answer in time."},
};

json::Object content(std::string_view type, json::Object schema) {
  return {{type, json::Object{{"schema", std::move(schema)}}}};
}

class Document {
 public:
  Document(const Manifest& manifest, const Parts& parts) : manifest_(manifest), parts_(parts) {}

  json::Object write() {
    json::Object paths;
    for (auto const& path : gateway_paths(manifest_, parts_)) paths[path.path] = item(path);
    json::Object document{
        {"openapi", "3.0.1"},
        {"info",
         json::Object{
             {"title", manifest_.stack_name()},
             {"version", "1.0.0"},
             {"description", fmt::format("MCP servers of {}.", manifest_.stack_name())},
         }},
        // Who may call is said with each operation.
        {"security", json::Array{}},
        {"paths", std::move(paths)},
        {"components", components()},
        {"x-amazon-apigateway-gateway-responses", gateway_refusals(manifest_.lambda.origins)},
    };
    if (manifest_.lambda.validate) {
      json::Object const body{{"validateRequestBody", true}, {"validateRequestParameters", false}};
      document["x-amazon-apigateway-request-validators"] = json::Object{{"body", body}};
    }
    return document;
  }

 private:
  json::Object item(const GatewayPath& path) const {
    json::Object item;
    if (path.path.find("{server}") != std::string::npos) item["parameters"] = parameters(path);
    switch (path.kind) {
      case Path::health: item["get"] = open(path, kHealth); return item;
      case Path::metadata: item["get"] = open(path, kMetadata); return item;
      case Path::below: item["x-amazon-apigateway-any-method"] = guarded(path, kAny); return item;
      // Short, since the document grows with every function.
      case Path::shortcut:
        item["post"] = post(path, kSame);
        item["x-amazon-apigateway-any-method"] = guarded(path, kAny);
        break;
      case Path::endpoint:
        item["post"] = post(path, kPost);
        item["get"] = guarded(path, kGet);
        item["delete"] = guarded(path, kDelete);
        // At the other addresses davitd answers itself, unless the gateway wants a key first.
        if (!manifest_.lambda.origins.empty()) item["options"] = options(path);
        break;
    }
    return item;
  }

  static json::Array parameters(const GatewayPath& path) {
    json::Array names;
    for (auto const* server : path.unit->containers.front().servers) {
      names.emplace_back(server->name());
    }
    return {json::Object{
        {"name", "server"},
        {"in", "path"},
        {"required", true},
        {"schema", json::Object{{"type", "string"}, {"enum", std::move(names)}}},
    }};
  }

  static json::Object operation(const GatewayPath& path, const Verb& verb) {
    return {
        {"operationId", fmt::format("{}{}", verb.name, path.id)},
        {"summary", fmt::format(fmt::runtime(verb.summary), server_names(*path.unit))},
    };
  }

  // For anybody.
  json::Object open(const GatewayPath& path, const Verb& verb) const {
    auto object = operation(path, verb);
    object["responses"] = responses(verb, content("application/json", {{"type", "object"}}));
    object["x-amazon-apigateway-integration"] = integration(path);
    return object;
  }

  json::Object guarded(const GatewayPath& path, const Verb& verb) const {
    auto kinds = content("application/json", schema_reference("Messages"));
    kinds["text/event-stream"] = json::Object{{"schema", schema_reference("Events")}};
    auto object = operation(path, verb);
    object["responses"] = responses(verb, kinds);
    if (auto needed = security(); !needed.empty()) object["security"] = json::Array{needed};
    if (manifest_.auth.iam) {
      object["x-amazon-apigateway-auth"] = json::Object{{"type", "AWS_IAM"}};
    }
    object["x-amazon-apigateway-integration"] = integration(path);
    return object;
  }

  static json::Object responses(const Verb& verb, const json::Object& answer) {
    json::Object all;
    for (auto const& [status, description] : kAnswers) {
      if (verb.answers.find(status) == std::string_view::npos) continue;
      json::Object response{{"description", description}};
      if (status == "200") response["content"] = answer;
      all[status] = std::move(response);
    }
    return all;
  }

  json::Object post(const GatewayPath& path, const Verb& verb) const {
    auto object = guarded(path, verb);
    object["requestBody"] = json::Object{
        {"required", true}, {"content", content("application/json", schema_reference("Messages"))}
    };
    if (manifest_.lambda.validate) object["x-amazon-apigateway-request-validator"] = "body";
    return object;
  }

  // A streamed answer has a way into the function of its own, and may take 15 minutes instead of 29
  // seconds ("Stream the integration response for your proxy integrations").
  json::Object integration(const GatewayPath& path) const {
    auto const is_streamed = streams(manifest_);
    auto const& alias = parts_.functions.functions.at(path.unit->name).alias;
    auto const milliseconds = static_cast<int>(manifest_.lambda.timeout.count()) * 1000;
    json::Object object{
        {"type", "aws_proxy"},
        {"httpMethod", "POST"},
        {"uri",
         concat(
             {substitute("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"),
              is_streamed ? "2021-11-15/functions/" : "2015-03-31/functions/",
              alias,
              is_streamed ? "/response-streaming-invocations" : "/invocations"}
         )},
        {"timeoutInMillis", std::min(milliseconds, is_streamed ? 900'000 : 29'000)},
    };
    if (is_streamed) object["responseTransferMode"] = "STREAM";
    return object;
  }

  json::Object options(const GatewayPath& path) const {
    auto object = operation(path, kOptions);
    for (auto& [key, value] : preflight(manifest_.lambda.origins)) object[key] = value;
    return object;
  }

  // What a caller brings, all of it. REST APIs have no check of tokens: davitd does it.
  json::Object security() const {
    json::Object needed;
    auto const& auth = manifest_.auth;
    if (auth.iam) needed["signature"] = json::Array{};
    if (!auth.jwt_issuer.empty() || !auth.api_keys.empty()) needed["bearer"] = json::Array{};
    if (manifest_.lambda.quota) needed["quota"] = json::Array{};
    return needed;
  }

  json::Object components() const {
    json::Object schemes;
    auto const needed = security();
    if (needed.contains("signature")) {
      schemes["signature"] = json::Object{
          {"type", "apiKey"},
          {"name", "Authorization"},
          {"in", "header"},
          {"x-amazon-apigateway-authtype", "awsSigv4"},
      };
    }
    if (needed.contains("bearer")) {
      schemes["bearer"] = json::Object{{"type", "http"}, {"scheme", "bearer"}};
    }
    if (needed.contains("quota")) {
      // By this name the gateway knows that a key is needed.
      schemes["quota"] = json::Object{{"type", "apiKey"}, {"name", "x-api-key"}, {"in", "header"}};
    }
    json::Object object{{"schemas", openapi_schemas()}};
    if (!schemes.empty()) object["securitySchemes"] = std::move(schemes);
    return object;
  }

  const Manifest& manifest_;
  const Parts& parts_;
};

// References as texts, "${Id}" and "${Id.Attribute}".
Value as_text(const Value& value) {
  if (auto const* array = value.if_array()) {
    json::Array copy;
    for (auto const& item : *array) copy.push_back(as_text(item));
    return copy;
  }
  auto const* object = value.if_object();
  if (object == nullptr) return value;
  auto const is_function =
      object->size() == 1 &&
      (object->contains("Ref") || object->contains("Fn::Sub") || object->contains("Fn::GetAtt"));
  if (is_function) {
    auto const text = concat({"", value});
    if (auto const* inner = json::find(text, "Fn::Sub")) return *inner;
    return text;
  }
  json::Object copy;
  for (auto const& [key, inner] : *object) copy[key] = as_text(inner);
  return copy;
}

}  // namespace

Value openapi_document(const Manifest& manifest, const Parts& parts) {
  return Document(manifest, parts).write();
}

Value readable_openapi(const Manifest& manifest) {
  Parts parts{.units = units_of(manifest)};
  for (auto const& unit : parts.units) {
    parts.functions.functions[unit.name].alias = ref_of(unit.id + "Alias");
  }
  auto document = as_text(openapi_document(manifest, parts)).as_object();
  json::Object server;
  if (!manifest.domain.empty()) {
    server["url"] = "https://" + manifest.domain;
  } else {
    auto const is_rest = manifest.lambda.front == manifest::Front::rest;
    server["url"] = "https://{api}.execute-api.{region}.amazonaws.com" +
                    (is_rest ? "/" + manifest.lambda.stage : std::string());
    server["variables"] = json::Object{
        {"api", json::Object{{"default", "api-id"}}},
        {"region", json::Object{{"default", manifest.region}}},
    };
  }
  document["servers"] = json::Array{std::move(server)};
  return document;
}

}  // namespace davit::infra
