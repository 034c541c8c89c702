#include <algorithm>

#include "infra/collector.h"
#include "infra/concerns.h"
#include "infra/container_definition.h"
#include "infra/environment.h"

namespace davit::infra {
namespace {

// What Fargate gives anyway; less cannot be asked for (ECS developer guide, "Fargate task ephemeral
// storage").
constexpr int kFreeStorage = 20;  // GiB

json::Array containers_of(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  json::Array list;
  for (auto const& container : unit.containers) {
    list.push_back(container_definition(manifest, parts, container));
  }
  if (has_collector(manifest)) {
    auto const& group = parts.logs.groups.at(unit.containers.front().name);
    list.push_back(collector_definition(manifest, group));
  }
  return list;
}

json::Object task_definition(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  auto const is_arm = manifest.size.arch == manifest::Arch::arm64;
  json::Object properties{
      {"Family", manifest.stack_name() + '-' + unit.name},
      {"RequiresCompatibilities", json::Array{"FARGATE"}},
      {"NetworkMode", "awsvpc"},
      {"Cpu", std::to_string(unit.cpu)},
      {"Memory", std::to_string(unit.memory)},
      {"RuntimePlatform",
       json::Object{
           {"OperatingSystemFamily", "LINUX"}, {"CpuArchitecture", is_arm ? "ARM64" : "X86_64"}
       }},
      {"ExecutionRoleArn", parts.roles.execution.at(unit.name)},
      {"TaskRoleArn", parts.roles.task.at(unit.name)},
      {"ContainerDefinitions", containers_of(manifest, parts, unit)},
      {"Tags", json::Array{json::Object{{"Key", "Deployment"}, {"Value", ref_of("Release")}}}}
  };
  if (auto volumes = volumes_of(manifest, parts, unit); !volumes.empty()) {
    properties["Volumes"] = std::move(volumes);
  }
  if (manifest.size.ephemeral > kFreeStorage) {
    properties["EphemeralStorage"] = json::Object{{"SizeInGiB", manifest.size.ephemeral}};
  }
  return properties;
}

void add_notes(const Manifest& manifest, const Parts& parts, Stack& stack) {
  auto const has_image = std::ranges::any_of(parts.units, [](const Unit& unit) {
    return std::ranges::any_of(unit.containers, [](const Container& one) {
      return !one.is_davitd;
    });
  });
  auto const is_read_only = manifest.service.read_only_root && !manifest.service.exec;
  // ECS developer guide, "Use bind mounts with Amazon ECS".
  if (has_image && is_read_only) {
    stack.add_note(
        "The images' own files cannot be changed, and /tmp belongs to root unless the image says "
        "`VOLUME /tmp`. Where a server that is not root needs it, write `service: {read_only_root: "
        "false}`."
    );
  }
  if (manifest.service.read_only_root && manifest.service.exec) {
    stack.add_note("`service.exec` needs containers that can be written to: read_only_root is off."
    );
  }
  if (has_collector(manifest) && manifest.traces == manifest::Traces::otlp) {
    stack.add_note(
        "Traces go to CloudWatch. Turn on Transaction Search once in the account: "
        "`aws xray update-trace-segment-destination --destination CloudWatchLogs`."
    );
  }
  if (has_collector(manifest) && manifest.network.nat == manifest::Nat::none &&
      !manifest.service.public_ip) {
    stack.add_note(
        "The collector of traces comes from public.ecr.aws, which tasks without a way to the "
        "internet "
        "cannot reach."
    );
  }
}

}  // namespace

void add_task_definitions(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs()) return;
  for (auto const& unit : parts.units) {
    auto const id = unit.id + "TaskDefinition";
    stack
        .add(Layer::compute, id, "AWS::ECS::TaskDefinition", task_definition(manifest, parts, unit))
        .of_server(unit.server())
        .released_by({"ContainerDefinitions/Image"});
    parts.services.task_definitions[unit.name] = ref_of(id);
  }
  add_notes(manifest, parts, stack);
}

}  // namespace davit::infra
