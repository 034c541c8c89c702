#include <algorithm>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/network.h"

namespace davit::infra {
namespace {

struct Service {
  std::string_view name;  // as `network.endpoints` says it
  std::string_view service;
  std::string_view id;
  bool is_for_exec = false;  // only with shells in tasks
};

// Those with addresses in the subnets. PrivateLink guide, "AWS services that integrate".
constexpr Service kServices[] = {
    {"ecr", "ecr.api", "EcrApiEndpoint"},
    {"ecr", "ecr.dkr", "EcrDkrEndpoint"},
    {"elasticfilesystem", "elasticfilesystem", "FileSystemsEndpoint"},
    {"kms", "kms", "KmsEndpoint"},
    {"lambda", "lambda", "LambdaEndpoint"},
    {"logs", "logs", "LogsEndpoint"},
    {"monitoring", "monitoring", "MetricsEndpoint"},
    {"secretsmanager", "secretsmanager", "SecretsEndpoint"},
    {"ssm", "ssm", "ParametersEndpoint"},
    // ECS guide, "Using ECS Exec": the shell goes through it.
    {"ssm", "ssmmessages", "ShellsEndpoint", true},
    {"xray", "xray", "TracesEndpoint"},
};

bool wants(const Manifest& manifest, std::string_view name) {
  return std::ranges::find(manifest.network.endpoints, name) != manifest.network.endpoints.end();
}

// Which action on which resource is for the roles to say, and servers bring their own policies.
// What the endpoint adds is that nobody carries data off with credentials of another account.
json::Object own_account() {
  return {
      {"Sid", "AnyActionOfThisAccountSinceItsRolesSayWhich"},
      {"Effect", "Allow"},
      {"Principal", "*"},
      {"Action", "*"},
      {"Resource", "*"},
      {"Condition",
       json::Object{
           {"StringEquals", json::Object{{"aws:PrincipalAccount", ref_of("AWS::AccountId")}}}
       }}
  };
}

// Layers of images lie in a bucket of ECR, which are fetched with addresses that ECR has signed
// (ECR user guide, "Amazon ECR interface VPC endpoints", "Minimum Amazon S3 bucket permissions").
json::Object layers_of_images() {
  return {
      {"Sid", "FetchTheLayersOfImages"},
      {"Effect", "Allow"},
      {"Principal", "*"},
      {"Action", "s3:GetObject"},
      {"Resource",
       substitute("arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*")}
  };
}

json::Object policy(json::Array statements) {
  return {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

Value service_name(std::string_view service) {
  return substitute(fmt::format("com.amazonaws.${{AWS::Region}}.{}", service));
}

// A route, which costs nothing, for every table that we have. What others have signed for their own
// buckets in this region does not pass it; the property PolicyDocument can be overridden.
void add_s3(const Network& network, Stack& stack) {
  if (network.private_routes.empty()) {
    stack.add_note(
        "S3 and the layers of images in ECR are reached through a gateway endpoint in the route "
        "tables, which are not known of a VPC that exists: see that its subnets have one, or NAT."
    );
    return;
  }
  auto tables = to_array(network.private_routes);
  if (stack.find(kPublicRouteTable) != nullptr) tables.push_back(ref_of(kPublicRouteTable));
  stack.add(
      Layer::network,
      "S3Endpoint",
      "AWS::EC2::VPCEndpoint",
      {{"VpcEndpointType", "Gateway"},
       {"VpcId", network.vpc},
       {"ServiceName", service_name("s3")},
       {"RouteTableIds", std::move(tables)},
       {"PolicyDocument", policy({own_account(), layers_of_images()})}}
  );
}

void add_interface(const Service& service, const Parts& parts, Stack& stack) {
  stack.add(
      Layer::network,
      std::string(service.id),
      "AWS::EC2::VPCEndpoint",
      {{"VpcEndpointType", "Interface"},
       {"VpcId", parts.network.vpc},
       {"ServiceName", service_name(service.service)},
       {"PrivateDnsEnabled", true},
       {"SubnetIds", to_array(inner_subnets(parts.network))},
       {"SecurityGroupIds", json::Array{parts.groups.endpoints}},
       {"PolicyDocument", policy({own_account()})}}
  );
}

}  // namespace

bool has_interface_endpoints(const Manifest& manifest) {
  return has_network(manifest) &&
         std::ranges::any_of(manifest.network.endpoints, [](const std::string& name) {
           return name != "s3";
         });
}

void add_endpoints(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!has_network(manifest)) return;
  for (auto const& service : kServices) {
    auto const is_wanted = wants(manifest, service.name) &&
                           (!service.is_for_exec || (manifest.on_ecs() && manifest.service.exec));
    if (is_wanted) add_interface(service, parts, stack);
  }
  // Without S3, ECR hands out manifests of images and no layers.
  if (wants(manifest, "s3") || wants(manifest, "ecr")) add_s3(parts.network, stack);
  if (has_interface_endpoints(manifest) && manifest.network.vpc != "new") {
    stack.add_note(fmt::format(
        "The endpoints of {} need its attributes enableDnsSupport and enableDnsHostnames, "
        "`network.subnets` in different zones, and no other endpoint of the same services with "
        "private DNS.",
        manifest.network.vpc
    ));
  }
}

}  // namespace davit::infra
