#include "infra/deployment.h"

namespace davit::infra {
namespace {

using manifest::Manifest;
using manifest::Strategy;

std::string_view name_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::rolling: return "ROLLING";
    case Strategy::blue_green: return "BLUE_GREEN";
    case Strategy::canary: return "CANARY";
    case Strategy::linear: return "LINEAR";
  }
  return "";
}

// The gate calls the new version when all test traffic goes there (ECS developer guide, "Pause
// hooks for Amazon ECS service deployments").
json::Object pause_hook(const manifest::Release& release) {
  return {
      {"TargetType", "PAUSE"},
      {"LifecycleStages", json::Array{"POST_TEST_TRAFFIC_SHIFT"}},
      {"TimeoutConfiguration",
       json::Object{{"TimeoutInMinutes", release.pause_timeout.count()}, {"Action", "ROLLBACK"}}}
  };
}

// Of every strategy but rolling. These have no circuit breaker.
void add_shift(const manifest::Release& release, json::Object& configuration) {
  configuration["BakeTimeInMinutes"] = release.bake.count();
  if (release.strategy == Strategy::canary) {
    configuration["CanaryConfiguration"] = json::Object{
        {"CanaryPercent", release.canary_percent},
        {"CanaryBakeTimeInMinutes", release.canary_bake.count()}
    };
  }
  if (release.strategy == Strategy::linear) {
    configuration["LinearConfiguration"] = json::Object{
        {"StepPercent", release.step_percent}, {"StepBakeTimeInMinutes", release.step_bake.count()}
    };
  }
  if (release.pause) {
    configuration["LifecycleHooks"] = only_if(kGateCondition, json::Array{pause_hook(release)});
  }
}

json::Object load_balancer(
    const Manifest& manifest, const Parts& parts, const Container& container, const Route& route
) {
  json::Object balancer{
      {"ContainerName", container.name},
      {"ContainerPort", container.port},
      {"TargetGroupArn", route.blue}
  };
  if (manifest.release.strategy == Strategy::rolling) return balancer;
  json::Object shift{
      {"AlternateTargetGroupArn", route.green},
      {"ProductionListenerRule", route.rule},
      {"RoleArn", parts.roles.balancer}
  };
  if (!route.test_rule.is_null()) shift["TestListenerRule"] = route.test_rule;
  balancer["AdvancedConfiguration"] = std::move(shift);
  return balancer;
}

}  // namespace

json::Object deployment_configuration(
    const Manifest& manifest, const Parts& parts, const Unit& unit
) {
  auto const& release = manifest.release;
  // The new tasks come before the old ones go.
  json::Object configuration{
      {"Strategy", name_of(release.strategy)},
      {"MinimumHealthyPercent", 100},
      {"MaximumPercent", 200}
  };
  if (release.strategy != Strategy::rolling) {
    add_shift(release, configuration);
  } else if (manifest.service.circuit_breaker) {
    configuration["DeploymentCircuitBreaker"] = json::Object{{"Enable", true}, {"Rollback", true}};
  }
  auto const alarms = parts.watch.release_alarms.find(unit.name);
  if (alarms != parts.watch.release_alarms.end()) {
    configuration["Alarms"] = json::Object{
        {"AlarmNames", to_array(alarms->second)}, {"Enable", true}, {"Rollback", true}
    };
  }
  return configuration;
}

json::Array load_balancers(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  json::Array list;
  for (auto const& container : unit.containers) {
    list.push_back(load_balancer(manifest, parts, container, parts.edge.routes.at(container.name)));
    auto const open = parts.edge.open_routes.find(container.name);
    if (open == parts.edge.open_routes.end()) continue;
    list.push_back(load_balancer(manifest, parts, container, open->second));
  }
  return list;
}

}  // namespace davit::infra
