#include <algorithm>

#include <fmt/format.h>

#include "infra/access_log.h"
#include "infra/concerns.h"
#include "infra/gateway.h"
#include "infra/retention.h"

namespace davit::infra {
namespace {

constexpr std::string_view kStage = "$default";

// "Amazon API Gateway quotas": 30 s for the integration of an HTTP API.
constexpr int kMaxMilliseconds = 30'000;

class HttpApi {
 public:
  HttpApi(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    auto const paths = gateway_paths(manifest_, parts_);
    add_api();
    for (auto const& unit : parts_.units) add_integration(unit);
    add_authorizer();
    for (auto const& path : paths) add_routes(path);
    add_stage();
    allow_gateway(paths, kStage, parts_, stack_);
    parts_.functions.api_id = ref_of("Api");
    parts_.functions.api_name = Value(manifest_.stack_name());
    parts_.functions.stage = Value(kStage);
    parts_.edge.url = attribute("Api", "ApiEndpoint");
    explain();
  }

 private:
  void add_api() {
    json::Object properties{
        {"Name", manifest_.stack_name()},
        {"Description", fmt::format("MCP servers of {}.", manifest_.stack_name())},
        {"ProtocolType", "HTTP"},
        {"DisableExecuteApiEndpoint", hides_own_name(manifest_)},
    };
    if (!manifest_.lambda.origins.empty()) {
      auto const& origins = manifest_.lambda.origins;
      // Headers of CORS that the function sends are ignored then (API Gateway developer guide,
      // "Configure CORS for HTTP APIs").
      properties["CorsConfiguration"] = json::Object{
          {"AllowOrigins", json::Array(origins.begin(), origins.end())},
          {"AllowMethods", texts_of(kCorsMethods)},
          {"AllowHeaders", texts_of(kCorsHeaders)},
          {"ExposeHeaders", texts_of(kCorsExposed)},
          {"MaxAge", kCorsSeconds},
      };
    }
    stack_.add(Layer::compute, "Api", "AWS::ApiGatewayV2::Api", std::move(properties));
  }

  void add_integration(const Unit& unit) {
    auto const milliseconds = static_cast<int>(manifest_.lambda.timeout.count()) * 1000;
    stack_
        .add(
            Layer::compute,
            unit.id + "Integration",
            "AWS::ApiGatewayV2::Integration",
            {{"ApiId", ref_of("Api")},
             {"IntegrationType", "AWS_PROXY"},
             {"IntegrationMethod", "POST"},
             {"IntegrationUri", parts_.functions.functions[unit.name].alias},
             {"PayloadFormatVersion", "2.0"},
             {"TimeoutInMillis", std::min(milliseconds, kMaxMilliseconds)}}
        )
        .of_server(unit.server());
  }

  // The gateway finds the keys by the issuer's own description, so that an address of the keys
  // leaves the check to davitd.
  bool checks_tokens() const {
    return !manifest_.auth.jwt_issuer.empty() && manifest_.auth.jwt_jwks.empty();
  }

  void add_authorizer() {
    if (!checks_tokens()) return;
    json::Object jwt{
        {"Issuer", manifest_.auth.jwt_issuer},
        {"Audience", json::Array{manifest_.auth.jwt_audience}}
    };
    stack_.add(
        Layer::compute,
        "ApiAuthorizer",
        "AWS::ApiGatewayV2::Authorizer",
        {{"ApiId", ref_of("Api")},
         {"Name", "jwt"},
         {"AuthorizerType", "JWT"},
         {"IdentitySource", json::Array{"$request.header.Authorization"}},
         {"JwtConfiguration", std::move(jwt)}}
    );
  }

  // Methods one by one: a route for any would take preflights to the authorizer.
  void add_routes(const GatewayPath& path) {
    if (path.kind == Path::health || path.kind == Path::metadata) {
      return add_route(path, "GET", path.id + "Route", false);
    }
    add_route(path, "POST", path.id + "PostRoute", true);
    add_route(path, "GET", path.id + "GetRoute", true);
    add_route(path, "DELETE", path.id + "DeleteRoute", true);
  }

  void add_route(
      const GatewayPath& path, std::string_view method, std::string id, bool is_guarded
  ) {
    json::Object properties{
        {"ApiId", ref_of("Api")},
        {"RouteKey", fmt::format("{} {}", method, path.path)},
        {"Target", substitute(fmt::format("integrations/${{{}Integration}}", path.unit->id))},
    };
    if (is_guarded && manifest_.auth.iam) {
      properties["AuthorizationType"] = "AWS_IAM";
    } else if (is_guarded && checks_tokens()) {
      properties["AuthorizationType"] = "JWT";
      properties["AuthorizerId"] = ref_of("ApiAuthorizer");
    }
    stack_.add(Layer::compute, std::move(id), "AWS::ApiGatewayV2::Route", std::move(properties))
        .of_server(path.unit->server());
  }

  void add_stage() {
    json::Object const throttle{
        {"ThrottlingRateLimit", manifest_.lambda.rate},
        {"ThrottlingBurstLimit", manifest_.lambda.burst},
        {"DetailedMetricsEnabled", true},
    };
    auto logs = add_access_log(manifest_, "$context.routeKey", stack_);
    stack_.add(
        Layer::compute,
        "ApiStage",
        "AWS::ApiGatewayV2::Stage",
        {{"ApiId", ref_of("Api")},
         {"StageName", kStage},
         {"AutoDeploy", true},
         {"DefaultRouteSettings", throttle},
         {"AccessLogSettings", std::move(logs)}}
    );
  }

  void explain() {
    if (!manifest_.auth.jwt_issuer.empty() && !checks_tokens()) {
      stack_.add_note(
          "An HTTP API finds the keys of an issuer by itself: with `auth.jwt.jwks` the tokens are "
          "checked by davitd alone."
      );
    }
    if (manifest_.network.allow != manifest::Strings{"0.0.0.0/0"}) {
      stack_.add_note(
          "An HTTP API cannot refuse addresses: `network.allow` is not used. `lambda.front: rest` "
          "can."
      );
    }
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

}  // namespace

void add_http_api(const Manifest& manifest, Parts& parts, Stack& stack) {
  HttpApi(manifest, parts, stack).add();
}

}  // namespace davit::infra
