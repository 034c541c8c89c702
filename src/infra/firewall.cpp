#include "infra/concerns.h"

namespace davit::infra {
namespace {

json::Object metrics(std::string_view name) {
  return {
      {"CloudWatchMetricsEnabled", true}, {"SampledRequestsEnabled", true}, {"MetricName", name}
  };
}

json::Object refuse_with_429() {
  return {
      {"Block",
       json::Object{
           {"CustomResponse",
            json::Object{
                {"ResponseCode", 429},
                {"CustomResponseBodyKey", "TooMany"},
                {"ResponseHeaders",
                 json::Array{json::Object{{"Name", "Retry-After"}, {"Value", "60"}}}}
            }}
       }}
  };
}

// AWS WAF developer guide, "Rate-based rule statement": the window is five minutes, looked at every
// ten seconds or so.
json::Object limit_per_address(int rate) {
  return {
      {"Name", "LimitPerAddress"},
      {"Priority", 0},
      {"Statement",
       json::Object{
           {"RateBasedStatement",
            json::Object{{"AggregateKeyType", "IP"}, {"Limit", rate}, {"EvaluationWindowSec", 300}}}
       }},
      {"Action", refuse_with_429()},
      {"VisibilityConfig", metrics("LimitPerAddress")}
  };
}

void add_acl(int rate, Stack& stack) {
  json::Object const too_many{
      {"ContentType", "APPLICATION_JSON"},
      {"Content", R"({"error":"too many requests from this address"})"}
  };
  stack.add(
      Layer::edge,
      "Firewall",
      "AWS::WAFv2::WebACL",
      {{"Scope", "REGIONAL"},
       {"DefaultAction", json::Object{{"Allow", json::Object{}}}},
       {"CustomResponseBodies", json::Object{{"TooMany", too_many}}},
       {"Rules", json::Array{limit_per_address(rate)}},
       // Other deployments of the account may have a firewall too, and metrics know only this name.
       {"VisibilityConfig", metrics(stack.name())}}
  );
}

Resource& guard(const char* id, Layer layer, Value resource_arn, Stack& stack) {
  return stack.add(
      layer,
      id,
      "AWS::WAFv2::WebACLAssociation",
      {{"ResourceArn", std::move(resource_arn)}, {"WebACLArn", attribute("Firewall", "Arn")}}
  );
}

}  // namespace

// WAF stands before balancers and REST APIs, not before HTTP APIs and functions' URLs (AWS WAF
// developer guide, "Resources that you can protect").
void add_firewall(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.balancer.waf_rate) return;
  auto const has_rest_api = manifest.on_lambda() &&
                            manifest.lambda.front == manifest::Front::rest &&
                            !parts.functions.api_id.is_null();
  if (!manifest.on_ecs() && !has_rest_api) return;
  add_acl(*manifest.balancer.waf_rate, stack);
  if (manifest.on_ecs()) guard("FirewallOfBalancer", Layer::edge, parts.edge.balancer, stack);
  if (!has_rest_api) return;
  auto const stage_arn = concat(
      {substitute("arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/"),
       parts.functions.api_id,
       Value("/stages/"),
       parts.functions.stage}
  );
  auto& guarded = guard("FirewallOfApi", Layer::compute, stage_arn, stack);
  // The ARN holds the stage's name, which may be known before there is a stage.
  if (stack.find("ApiStage") != nullptr) guarded.needs("ApiStage");
}

}  // namespace davit::infra
