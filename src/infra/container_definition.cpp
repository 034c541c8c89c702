#include "infra/container_definition.h"

#include "infra/environment.h"

namespace davit::infra {
namespace {

using manifest::Manifest;

// ECS Exec puts its agent into the container, which has to write there (ECS developer guide,
// "Using Amazon ECS Exec", considerations).
bool is_read_only(const Manifest& manifest) {
  return manifest.service.read_only_root && !manifest.service.exec;
}

// Images write temporary files; davitd writes none.
bool needs_scratch(const Manifest& manifest, const Container& container) {
  return is_read_only(manifest) && !container.is_davitd;
}

const Value* access_point_of(const Parts& parts, const Container& container) {
  auto const found = parts.storage.access_points.find(container.name);
  return found == parts.storage.access_points.end() ? nullptr : &found->second;
}

std::string scratch_volume(const Container& container) { return container.name + "-tmp"; }
std::string files_volume(const Container& container) { return container.name + "-files"; }

json::Object port_mapping(std::string_view name, int port) {
  return {{"Name", name}, {"ContainerPort", port}, {"Protocol", "tcp"}, {"AppProtocol", "http"}};
}

json::Array port_mappings(const Container& container) {
  json::Array ports{port_mapping(port_name(container), container.port)};
  if (container.is_davitd) ports.push_back(port_mapping(container.name + "-peers", kPeerPort));
  return ports;
}

json::Array environment(const Manifest& manifest, const Parts& parts, const Container& container) {
  json::Array list;
  for (auto const& [name, value] : environment_of(manifest, parts, container, Platform::ecs)) {
    list.push_back(json::Object{{"Name", name}, {"Value", value}});
  }
  return list;
}

json::Array secrets(const Parts& parts, const Container& container) {
  json::Array list;
  for (auto const& use : secrets_of(parts, container)) {
    list.push_back(json::Object{{"Name", use.variable}, {"ValueFrom", use.value_from}});
  }
  return list;
}

json::Array mount_points(const Manifest& manifest, const Parts& parts, const Container& container) {
  json::Array mounts;
  auto const mount = [&mounts](const std::string& volume, std::string_view path) {
    mounts.push_back(
        json::Object{{"SourceVolume", volume}, {"ContainerPath", path}, {"ReadOnly", false}}
    );
  };
  if (needs_scratch(manifest, container)) mount(scratch_volume(container), "/tmp");
  if (access_point_of(parts, container) != nullptr) {
    mount(files_volume(container), manifest.state.mount);
  }
  return mounts;
}

// davitd needs no capability. An image may begin as root, take its files and leave the rights
// behind, and the agent of ECS Exec is not ours either: they keep what is for that.
json::Array dropped_capabilities(const Manifest& manifest, const Container& container) {
  if (container.is_davitd && !manifest.service.exec) return {"ALL"};
  return {"AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SYS_CHROOT"};
}

// Without a shell or curl in the image. An image of others may have neither; of that the balancer's
// checks are the judge.
json::Object health_check() {
  return {
      {"Command", json::Array{"CMD", "davitd", "health"}},
      {"Interval", 15},
      {"Timeout", 5},
      {"Retries", 3},
      {"StartPeriod", 15}
  };
}

// Fargate mounts it with TLS; the access point is the container's own root directory.
json::Object files(const Parts& parts, const Value& access_point) {
  return {
      {"FilesystemId", parts.storage.file_system},
      {"TransitEncryption", "ENABLED"},
      {"AuthorizationConfig", json::Object{{"AccessPointId", access_point}, {"IAM", "ENABLED"}}}
  };
}

}  // namespace

std::string port_name(const Container& container) { return container.name; }

json::Object log_configuration(const Value& group, std::string_view prefix) {
  // A full buffer loses lines; waiting for the log would stop the server (ECS developer guide,
  // "Send Amazon ECS logs to CloudWatch", mode).
  return {
      {"LogDriver", "awslogs"},
      {"Options",
       json::Object{
           {"awslogs-group", group},
           {"awslogs-region", ref_of("AWS::Region")},
           {"awslogs-stream-prefix", prefix},
           {"mode", "non-blocking"},
           {"max-buffer-size", "4m"}
       }}
  };
}

json::Object container_definition(
    const Manifest& manifest, const Parts& parts, const Container& container
) {
  auto const& service = manifest.service;
  json::Object definition{
      {"Name", container.name},
      {"Image", container.image},
      {"Essential", true},
      {"PortMappings", port_mappings(container)},
      {"Environment", environment(manifest, parts, container)},
      {"LogConfiguration", log_configuration(parts.logs.groups.at(container.name), "ecs")},
      {"ReadonlyRootFilesystem", is_read_only(manifest)},
      {"StopTimeout", service.stop_timeout.count()},
      {"Ulimits",
       json::Array{json::Object{
           {"Name", "nofile"}, {"SoftLimit", service.nofile}, {"HardLimit", service.nofile}
       }}},
      // The first process hands signals on and buries orphans, which few servers do.
      {"LinuxParameters",
       json::Object{
           {"InitProcessEnabled", true},
           {"Capabilities", json::Object{{"Drop", dropped_capabilities(manifest, container)}}}
       }}
  };
  if (auto list = secrets(parts, container); !list.empty()) {
    definition["Secrets"] = std::move(list);
  }
  if (auto mounts = mount_points(manifest, parts, container); !mounts.empty()) {
    definition["MountPoints"] = std::move(mounts);
  }
  if (container.is_davitd) definition["HealthCheck"] = health_check();
  return definition;
}

json::Array volumes_of(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  json::Array volumes;
  for (auto const& container : unit.containers) {
    if (needs_scratch(manifest, container)) {
      volumes.push_back(json::Object{{"Name", scratch_volume(container)}});
    }
    if (auto const* access_point = access_point_of(parts, container)) {
      volumes.push_back(json::Object{
          {"Name", files_volume(container)}, {"EFSVolumeConfiguration", files(parts, *access_point)}
      });
    }
  }
  return volumes;
}

}  // namespace davit::infra
