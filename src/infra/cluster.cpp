#include <fmt/format.h>

#include "infra/concerns.h"

namespace davit::infra {

void add_cluster(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs()) return;
  auto const& service = manifest.service;
  json::Object properties{
      {"ClusterName", manifest.stack_name()},
      {"CapacityProviders", json::Array{"FARGATE", "FARGATE_SPOT"}},
      // For tasks that somebody starts by hand; services have their own.
      {"DefaultCapacityProviderStrategy",
       json::Array{json::Object{{"CapacityProvider", "FARGATE"}, {"Weight", 1}}}},
      {"ClusterSettings",
       json::Array{json::Object{
           {"Name", "containerInsights"}, {"Value", service.insights ? "enhanced" : "disabled"}
       }}},
      // DEFAULT writes what is typed and shown into the log of the container.
      {"Configuration",
       json::Object{
           {"ExecuteCommandConfiguration",
            json::Object{{"Logging", service.exec ? "DEFAULT" : "NONE"}}}
       }}
  };
  if (!service.connect.empty()) {
    stack.add(
        Layer::compute,
        "Namespace",
        "AWS::ServiceDiscovery::HttpNamespace",
        {{"Name", service.connect},
         {"Description", fmt::format("Services that call those of {}.", manifest.stack_name())}}
    );
    properties["ServiceConnectDefaults"] =
        json::Object{{"Namespace", attribute("Namespace", "Arn")}};
  }
  stack.add(Layer::compute, "Cluster", "AWS::ECS::Cluster", std::move(properties));
  parts.services.cluster = ref_of("Cluster");
  parts.services.cluster_arn = attribute("Cluster", "Arn");
  stack.add_output("ClusterName", "Name of the ECS cluster.", parts.services.cluster);
}

}  // namespace davit::infra
