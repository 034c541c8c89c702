#include "infra/unit.h"

#include <fmt/format.h>

#include "infra/stack.h"
#include "manifest/formats.h"

namespace davit::infra {
namespace {

using manifest::Layout;
using manifest::Manifest;
using manifest::Server;

Value image_of_davitd(const Manifest& manifest) {
  if (!manifest.image.empty()) return Value(manifest.image);
  auto const& prefix = manifest.registry.prefix.empty() ? manifest.name : manifest.registry.prefix;
  return substitute(fmt::format(
      "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{}/davitd:${{Release}}",
      prefix
  ));
}

Container container_of(const Manifest& manifest, const Server& server) {
  Container container{
      .name = server.name(), .id = manifest::to_id(server.name()), .servers = {&server}
  };
  container.is_davitd = !server.is_image();
  if (server.is_image()) {
    container.image = Value(server.image);
    container.port = server.port;
    container.health = server.health;
  } else {
    container.image = image_of_davitd(manifest);
  }
  return container;
}

}  // namespace

std::string Unit::server() const {
  return containers.size() == 1 && containers[0].servers.size() == 1
             ? containers[0].servers[0]->name()
             : "";
}

std::vector<Unit> units_of(const Manifest& manifest) {
  Unit const pattern{
      .cpu = manifest.size.cpu,
      .memory = manifest.size.memory,
      .min = manifest.scaling.min,
      .max = manifest.scaling.max
  };
  std::vector<Unit> units;
  if (manifest.layout == Layout::task_per_server || manifest.servers.size() == 1) {
    for (auto const& server : manifest.servers) {
      auto& unit = units.emplace_back(pattern);
      unit.name = server.name();
      unit.id = manifest::to_id(server.name());
      unit.containers = {container_of(manifest, server)};
      unit.cpu = server.cpu.value_or(unit.cpu);
      unit.memory = server.memory.value_or(unit.memory);
      unit.min = server.min.value_or(unit.min);
      unit.max = server.max.value_or(unit.max);
    }
    return units;
  }
  auto& unit = units.emplace_back(pattern);
  unit.name = "servers";
  unit.id = "Servers";
  for (auto const& server : manifest.servers) {
    if (server.is_image()) {
      unit.containers.push_back(container_of(manifest, server));
      continue;
    }
    if (unit.containers.empty() || !unit.containers[0].is_davitd) {
      auto davitd = container_of(manifest, server);
      davitd.name = "davitd";
      davitd.id = "Davitd";
      davitd.servers.clear();
      unit.containers.insert(unit.containers.begin(), std::move(davitd));
    }
    unit.containers[0].servers.push_back(&server);
  }
  return units;
}

}  // namespace davit::infra
