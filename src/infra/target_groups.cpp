#include "infra/target_groups.h"

#include <utility>

namespace davit::infra {
namespace {

using manifest::Manifest;
using std::chrono::seconds;

json::Object setting(std::string_view key, std::string_view value) {
  return {{"Key", key}, {"Value", value}};
}

std::string text_of(seconds duration) { return std::to_string(duration.count()); }

// ELB user guide, "Target group attributes".
json::Array attributes_of(const manifest::Balancer& balancer) {
  json::Array attributes{
      setting("deregistration_delay.timeout_seconds", text_of(balancer.deregistration_delay))
  };
  // The two exclude each other, and a task with few open streams takes the next one.
  if (balancer.slow_start > seconds(0)) {
    attributes.push_back(setting("slow_start.duration_seconds", text_of(balancer.slow_start)));
  } else {
    attributes.push_back(setting("load_balancing.algorithm.type", "least_outstanding_requests"));
  }
  if (balancer.stickiness == seconds(0)) {
    attributes.push_back(setting("stickiness.enabled", "false"));
    return attributes;
  }
  attributes.push_back(setting("stickiness.enabled", "true"));
  attributes.push_back(setting("stickiness.type", "lb_cookie"));
  attributes.push_back(
      setting("stickiness.lb_cookie.duration_seconds", text_of(balancer.stickiness))
  );
  return attributes;
}

}  // namespace

Resource& add_target_group(
    const Manifest& manifest,
    const Parts& parts,
    const Container& container,
    std::string id,
    Stack& stack
) {
  auto const& balancer = manifest.balancer;
  auto& group = stack.add(
      Layer::edge,
      std::move(id),
      "AWS::ElasticLoadBalancingV2::TargetGroup",
      {{"TargetType", "ip"},  // all that Fargate's tasks have
       {"VpcId", parts.network.vpc},
       {"Protocol", "HTTP"},
       {"ProtocolVersion", "HTTP1"},
       {"Port", container.port},
       {"HealthCheckProtocol", "HTTP"},
       {"HealthCheckPath", container.health},
       {"HealthCheckIntervalSeconds", balancer.health_interval.count()},
       {"HealthCheckTimeoutSeconds", balancer.health_timeout.count()},
       {"HealthyThresholdCount", balancer.healthy},
       {"UnhealthyThresholdCount", balancer.unhealthy},
       {"Matcher", json::Object{{"HttpCode", "200"}}},
       {"TargetGroupAttributes", attributes_of(balancer)}}
  );
  if (container.servers.size() == 1) group.of_server(container.servers.front()->name());
  return group;
}

}  // namespace davit::infra
