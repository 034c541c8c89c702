#include "infra/network.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/iam.h"
#include "infra/retention.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

using manifest::Cidr;
using manifest::Nat;

constexpr std::string_view kAnywhere = "0.0.0.0/0";

bool has_public_tasks(const Manifest& manifest) {
  return manifest.on_ecs() && manifest.service.public_ip;
}

// A NAT gateway costs by the hour, so none is made when nothing would call through it.
int count_nat(const Manifest& manifest) {
  auto const has_callers =
      (manifest.on_ecs() && !manifest.service.public_ip) || has_functions_in_network(manifest);
  if (!has_callers) return 0;
  switch (manifest.network.nat) {
    case Nat::none: return 0;
    case Nat::one: return 1;
    case Nat::per_zone: return manifest.network.zones;
  }
  return 0;
}

// Otherwise the new network has no way to or from the internet at all. An internal balancer needs
// none: it stands in the private subnets.
bool has_public_side(const Manifest& manifest) {
  return count_nat(manifest) > 0 || has_public_tasks(manifest) ||
         (manifest.on_ecs() && manifest.is_internet_facing());
}

std::string to_text(const Cidr& cidr) {
  auto const byte = [&cidr](int shift) { return cidr.address >> shift & 0xff; };
  return fmt::format("{}.{}.{}.{}/{}", byte(24), byte(16), byte(8), byte(0), cidr.bits);
}

// The subnet of zone `zone`, counted from 0. Where a subnet lies does not depend on how many zones
// there are, so that a third one moves nothing.
Cidr carve(const Cidr& vpc, bool is_public, int zone) {
  auto const index = static_cast<std::uint32_t>(zone);
  // 10.0.1.0/24 and following, 10.0.10.0/24 and following.
  if (vpc.bits <= 16) {
    return {.address = vpc.address + (((is_public ? 1 : 10) + index) << 8), .bits = 24};
  }
  // Eighths: four for the public subnets, four for the private ones. AWS takes no subnet that is
  // smaller than /28, and a balancer none smaller than /27 (ELB user guide, "Application Load
  // Balancers", "Subnets for your load balancer").
  auto const bits = std::min(vpc.bits + 3, 32);
  return {.address = vpc.address + (((is_public ? 0 : 4) + index) << (32 - bits)), .bits = bits};
}

json::Array name_tag(const Stack& stack, std::string_view what) {
  return {json::Object{{"Key", "Name"}, {"Value", fmt::format("{}-{}", stack.name(), what)}}};
}

void add_route_table(Stack& stack, const std::string& id, std::string_view name) {
  stack.add(
      Layer::network,
      id,
      "AWS::EC2::RouteTable",
      {{"VpcId", ref_of("Vpc")}, {"Tags", name_tag(stack, name)}}
  );
}

Value add_subnet(
    const Manifest& manifest, Stack& stack, bool is_public, int zone, std::string_view table
) {
  auto const id = fmt::format("{}Subnet{}", is_public ? "Public" : "Private", zone + 1);
  auto const range =
      carve(manifest::parse_cidr(manifest.network.cidr).value_or(Cidr{}), is_public, zone);
  stack.add(
      Layer::network,
      id,
      "AWS::EC2::Subnet",
      {{"VpcId", ref_of("Vpc")},
       {"CidrBlock", to_text(range)},
       {"AvailabilityZone",
        json::Object{{"Fn::Select", json::Array{zone, json::Object{{"Fn::GetAZs", ""}}}}}},
       // Tasks that shall have an address on the internet ask for one themselves.
       {"MapPublicIpOnLaunch", false},
       {"Tags", name_tag(stack, fmt::format("{}-{}", is_public ? "public" : "private", zone + 1))}}
  );
  stack.add(
      Layer::network,
      id + "Routes",
      "AWS::EC2::SubnetRouteTableAssociation",
      {{"SubnetId", ref_of(id)}, {"RouteTableId", ref_of(table)}}
  );
  return ref_of(id);
}

void add_public_side(const Manifest& manifest, Network& network, Stack& stack) {
  stack.add(
      Layer::network,
      "InternetGateway",
      "AWS::EC2::InternetGateway",
      {{"Tags", name_tag(stack, "internet")}}
  );
  stack.add(
      Layer::network,
      "InternetGatewayAttachment",
      "AWS::EC2::VPCGatewayAttachment",
      {{"VpcId", ref_of("Vpc")}, {"InternetGatewayId", ref_of("InternetGateway")}}
  );
  add_route_table(stack, std::string(kPublicRouteTable), "public");
  // A route to a gateway that is not attached yet fails (EC2 API reference, CreateRoute).
  stack
      .add(
          Layer::network,
          "PublicRoute",
          "AWS::EC2::Route",
          {{"RouteTableId", ref_of(kPublicRouteTable)},
           {"DestinationCidrBlock", kAnywhere},
           {"GatewayId", ref_of("InternetGateway")}}
      )
      .needs("InternetGatewayAttachment");
  for (auto zone = 0; zone < manifest.network.zones; ++zone) {
    network.public_subnets.push_back(add_subnet(manifest, stack, true, zone, kPublicRouteTable));
  }
}

// Each zone has a table of its own even where one would do: another kind of NAT then changes routes
// in place, and leaves the subnets and their tables as they are.
void add_private_side(const Manifest& manifest, Network& network, Stack& stack) {
  for (auto zone = 0; zone < manifest.network.zones; ++zone) {
    auto const table = fmt::format("PrivateRouteTable{}", zone + 1);
    add_route_table(stack, table, fmt::format("private-{}", zone + 1));
    network.private_routes.push_back(ref_of(table));
    network.private_subnets.push_back(add_subnet(manifest, stack, false, zone, table));
  }
}

void add_nat_gateway(Stack& stack, int number) {
  auto const address = fmt::format("NatAddress{}", number);
  auto const tags = name_tag(stack, fmt::format("nat-{}", number));
  // An address in a VPC waits for the VPC's gateway, and so does NAT (CloudFormation, "DependsOn
  // attribute", "VPC-gateway attachment").
  stack.add(
           Layer::network, address, "AWS::EC2::EIP", {{"Domain", "vpc"}, {"Tags", tags}}
  ).needs("InternetGatewayAttachment");
  stack
      .add(
          Layer::network,
          fmt::format("NatGateway{}", number),
          "AWS::EC2::NatGateway",
          {{"AllocationId", attribute(address, "AllocationId")},
           {"SubnetId", ref_of(fmt::format("PublicSubnet{}", number))},
           {"Tags", tags}}
      )
      .needs("PublicRoute");
  stack.add_output(
      address,
      "Address from which the servers call others, for the lists of those who let in only some.",
      ref_of(address)
  );
}

void add_nat(const Manifest& manifest, Stack& stack) {
  auto const gateways = count_nat(manifest);
  for (auto number = 1; number <= gateways; ++number) add_nat_gateway(stack, number);
  if (gateways == 0) return;
  for (auto number = 1; number <= manifest.network.zones; ++number) {
    stack.add(
        Layer::network,
        fmt::format("PrivateRoute{}", number),
        "AWS::EC2::Route",
        {{"RouteTableId", ref_of(fmt::format("PrivateRouteTable{}", number))},
         {"DestinationCidrBlock", kAnywhere},
         {"NatGatewayId", ref_of(fmt::format("NatGateway{}", std::min(number, gateways)))}}
    );
  }
}

void add_flow_logs(const Manifest& manifest, Stack& stack) {
  stack.add(
      Layer::network,
      "FlowLogGroup",
      "AWS::Logs::LogGroup",
      {{"LogGroupName", fmt::format("/vpc/{}", manifest.stack_name())},
       {"RetentionInDays", retention_days(manifest.logs.retention)}}
  );
  // Only for flow logs of this account (VPC user guide, "IAM role for publishing flow logs to
  // CloudWatch Logs"; there for any group, while one suffices).
  add_role(
      stack,
      Layer::network,
      "FlowLogRole",
      "Writes the connections that were refused to their log group.",
      trust_service(
          "vpc-flow-logs.amazonaws.com",
          {{"StringEquals", json::Object{{"aws:SourceAccount", ref_of("AWS::AccountId")}}},
           {"ArnLike", json::Object{{"aws:SourceArn", arn("ec2", "vpc-flow-log/*")}}}}
      ),
      {{.sid = "WriteTheRefusedConnections",
        .actions = {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
        .resources = {attribute("FlowLogGroup", "Arn")}}}
  );
  stack.add(
      Layer::network,
      "FlowLog",
      "AWS::EC2::FlowLog",
      {{"ResourceType", "VPC"},
       {"ResourceId", ref_of("Vpc")},
       // Those that were accepted are in the logs of the balancer and the servers.
       {"TrafficType", "REJECT"},
       {"LogDestinationType", "cloud-watch-logs"},
       {"LogGroupName", ref_of("FlowLogGroup")},
       {"DeliverLogsPermissionArn", attribute("FlowLogRole", "Arn")}}
  );
}

void add_new_network(const Manifest& manifest, Network& network, Stack& stack) {
  stack.add(
      Layer::network,
      "Vpc",
      "AWS::EC2::VPC",
      {{"CidrBlock", manifest.network.cidr},
       // Endpoints with private DNS and mounts of EFS need both.
       {"EnableDnsSupport", true},
       {"EnableDnsHostnames", true},
       {"Tags", name_tag(stack, "vpc")}}
  );
  network.vpc = ref_of("Vpc");
  network.cidr = Value(manifest.network.cidr);
  if (has_public_side(manifest)) add_public_side(manifest, network, stack);
  add_private_side(manifest, network, stack);
  add_nat(manifest, stack);
  if (manifest.network.flow_logs) add_flow_logs(manifest, stack);
}

void use_network(const Manifest& manifest, Network& network) {
  auto const& given = manifest.network;
  network.vpc = Value(given.vpc);
  network.private_subnets.assign(given.subnets.begin(), given.subnets.end());
  network.public_subnets.assign(given.public_subnets.begin(), given.public_subnets.end());
}

}  // namespace

bool has_functions_in_network(const Manifest& manifest) {
  return manifest.on_lambda() && (manifest.network.vpc != "new" ||
                                  manifest.state.store == "valkey" || manifest.state.has_files());
}

bool has_network(const Manifest& manifest) {
  return manifest.on_ecs() || has_functions_in_network(manifest);
}

const Values& inner_subnets(const Network& network) {
  return network.private_subnets.empty() ? network.task_subnets : network.private_subnets;
}

void add_network(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!has_network(manifest)) return;
  auto& network = parts.network;
  if (manifest.network.vpc == "new") {
    add_new_network(manifest, network, stack);
  } else {
    use_network(manifest, network);
  }
  network.task_subnets =
      has_public_tasks(manifest) ? network.public_subnets : network.private_subnets;
}

}  // namespace davit::infra
