#include <algorithm>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/container_definition.h"
#include "infra/deployment.h"

namespace davit::infra {
namespace {

using manifest::Capacity;

// What a task needs from its first second on and does not refer to.
constexpr std::string_view kBeforeTasks[] = {
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCEndpoint",
    "AWS::EFS::MountTarget",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
};

json::Object provider(std::string_view name, int weight, int base = 0) {
  return {{"CapacityProvider", name}, {"Weight", weight}, {"Base", base}};
}

// A strategy even for Fargate alone, so that the service can change over while it runs.
json::Array capacity(const manifest::Service& service) {
  switch (service.capacity) {
    case Capacity::fargate: return json::Array{provider("FARGATE", 1)};
    case Capacity::spot: return json::Array{provider("FARGATE_SPOT", 1)};
    case Capacity::mixed: break;
  }
  return json::Array{
      provider("FARGATE", service.fargate_weight, service.fargate_base),
      provider("FARGATE_SPOT", service.spot_weight)
  };
}

json::Object network(const Manifest& manifest, const Parts& parts) {
  return {
      {"AwsvpcConfiguration",
       json::Object{
           {"Subnets", to_array(parts.network.task_subnets)},
           {"SecurityGroups", json::Array{parts.groups.tasks}},
           {"AssignPublicIp", manifest.service.public_ip ? "ENABLED" : "DISABLED"}
       }}
  };
}

// An event stream is a request without an end, so that none may be too long; its heartbeats keep it
// from being idle.
json::Object connect_service(const Container& container) {
  return {
      {"PortName", port_name(container)},
      {"DiscoveryName", container.name},
      {"ClientAliases",
       json::Array{json::Object{{"DnsName", container.name}, {"Port", container.port}}}},
      {"Timeout", json::Object{{"PerRequestTimeoutSeconds", 0}, {"IdleTimeoutSeconds", 3600}}}
  };
}

json::Object connect(const Parts& parts, const Unit& unit) {
  json::Array services;
  for (auto const& container : unit.containers) services.push_back(connect_service(container));
  auto const& group = parts.logs.groups.at(unit.containers.front().name);
  return {
      {"Enabled", true},
      {"Namespace", attribute("Namespace", "Arn")},
      {"Services", std::move(services)},
      {"LogConfiguration", log_configuration(group, "connect")}
  };
}

json::Object service_of(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  auto const& service = manifest.service;
  json::Object properties{
      {"ServiceName", unit.name},
      {"Cluster", parts.services.cluster},
      {"TaskDefinition", parts.services.task_definitions.at(unit.name)},
      {"CapacityProviderStrategy", capacity(service)},
      {"PlatformVersion", "LATEST"},
      {"DeploymentController", json::Object{{"Type", "ECS"}}},
      {"DeploymentConfiguration", deployment_configuration(manifest, parts, unit)},
      {"LoadBalancers", load_balancers(manifest, parts, unit)},
      {"HealthCheckGracePeriodSeconds", service.health_grace.count()},
      {"AvailabilityZoneRebalancing", service.zone_rebalancing ? "ENABLED" : "DISABLED"},
      {"NetworkConfiguration", network(manifest, parts)},
      {"EnableExecuteCommand", service.exec},
      {"EnableECSManagedTags", true},
      {"PropagateTags", "SERVICE"},
      {"Tags", json::Array{json::Object{{"Key", "Deployment"}, {"Value", ref_of("Release")}}}}
  };
  if (!service.connect.empty()) properties["ServiceConnectConfiguration"] = connect(parts, unit);
  return properties;
}

// Target groups have to hang on their listener before ECS takes them. Where releases shift the
// rules, the service refers to these itself.
void wait_for_rules(const Parts& parts, const Unit& unit, Resource& service) {
  for (auto const& container : unit.containers) {
    for (auto const& rule : references_in(parts.edge.routes.at(container.name).rule)) {
      service.needs(rule.id);
    }
  }
}

void wait_for_network(const Stack& stack, Resource& service) {
  for (auto const& resource : stack.resources()) {
    auto const found = std::ranges::find(kBeforeTasks, resource.type->name);
    if (found != std::end(kBeforeTasks)) service.needs(resource.id);
  }
}

void add_notes(const Manifest& manifest, Stack& stack) {
  auto const& release = manifest.release;
  if (release.strategy != manifest::Strategy::rolling && release.pause) {
    stack.add_note(fmt::format(
        "With the parameter Gate=on, every deployment of a service waits before the shift of "
        "traffic, for ecs:ContinueServiceDeployment, and is rolled back after {} minutes. It is "
        "off until something answers it.",
        release.pause_timeout.count()
    ));
  }
  if (release.strategy != manifest::Strategy::rolling) {
    stack.add_note(
        "An update of the stack sets the weights of its rules and the task definitions of its "
        "services to what the template says: apply it between releases, never during one."
    );
  }
  if (!manifest.service.connect.empty()) {
    stack.add_note(
        "Service Connect adds a proxy to each task: give it 256 CPU units and 64 MiB beside what "
        "the servers need, and let the security group of the tasks take connections from the "
        "callers'."
    );
  }
}

void add_gate(const Manifest& manifest, Stack& stack) {
  auto const& release = manifest.release;
  if (release.strategy == manifest::Strategy::rolling || !release.pause) return;
  stack.add_parameter(
      {.id = "Gate",
       .description = "Whether deployments of the services wait for the word of a gate: on or off.",
       .standard = "off",
       .pattern = "on|off"}
  );
  stack.add_condition(
      std::string(kGateCondition), json::Object{{"Fn::Equals", json::Array{ref_of("Gate"), "on"}}}
  );
}

}  // namespace

void add_services(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs()) return;
  for (auto const& unit : parts.units) {
    auto const id = unit.id + "Service";
    auto& service =
        stack.add(Layer::compute, id, "AWS::ECS::Service", service_of(manifest, parts, unit))
            .of_server(unit.server())
            .released_by({"DesiredCount", "TaskDefinition"});
    if (manifest.release.strategy == manifest::Strategy::rolling) {
      wait_for_rules(parts, unit, service);
    }
    wait_for_network(stack, service);
    parts.services.names[unit.name] = attribute(id, "Name");
    parts.services.arns[unit.name] = ref_of(id);
  }
  add_gate(manifest, stack);
  add_notes(manifest, stack);
}

}  // namespace davit::infra
