#include "infra/gateway.h"

#include <fmt/format.h>

#include "infra/concerns.h"

namespace davit::infra {
namespace {

using manifest::Front;
using manifest::Target;

// A custom domain for either kind of API. The second version of the resource serves both, so that a
// deployment can change from one kind to the other and keep its name. TLS_1_2 takes 1.3 as well,
// and is the only policy that an HTTP API can have (API Gateway developer guide, "Choose a security
// policy for your custom domain").
void add_domain(const Manifest& manifest, Parts& parts, Stack& stack) {
  json::Object configuration{
      {"CertificateArn", parts.edge.certificate},
      {"EndpointType", "REGIONAL"},
      {"SecurityPolicy", "TLS_1_2"},
  };
  stack.add(
      Layer::compute,
      "ApiDomain",
      "AWS::ApiGatewayV2::DomainName",
      {{"DomainName", manifest.domain},
       {"DomainNameConfigurations", json::Array{std::move(configuration)}}}
  );
  stack.add(
      Layer::compute,
      "ApiMapping",
      "AWS::ApiGatewayV2::ApiMapping",
      {{"DomainName", ref_of("ApiDomain")}, {"ApiId", ref_of("Api")}, {"Stage", ref_of("ApiStage")}}
  );
  parts.functions.api_domain_name = attribute("ApiDomain", "RegionalDomainName");
  parts.functions.api_domain_zone = attribute("ApiDomain", "RegionalHostedZoneId");
  parts.edge.url = "https://" + manifest.domain;
}

}  // namespace

bool hides_own_name(const Manifest& manifest) {
  return !manifest.domain.empty() && manifest.dns.failover.empty();
}

void add_gateway(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (manifest.target != Target::lambda) return;  // of a hybrid, the balancer stands in front
  if (manifest.lambda.front == Front::url) return add_function_urls(manifest, parts, stack);
  if (manifest.lambda.front == Front::rest) {
    add_rest_api(manifest, parts, stack);
  } else {
    add_http_api(manifest, parts, stack);
  }
  if (!manifest.domain.empty()) add_domain(manifest, parts, stack);
  stack.add_output("Url", "Where the servers are, with /NAME/mcp behind it.", parts.edge.url);
}

}  // namespace davit::infra
