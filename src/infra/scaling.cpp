#include <algorithm>

#include <fmt/format.h>

#include "infra/concerns.h"
#include "infra/schedule.h"

namespace davit::infra {
namespace {

using manifest::Scaling;

json::Object predefined(std::string_view type) {
  return {{"PredefinedMetricSpecification", json::Object{{"PredefinedMetricType", type}}}};
}

json::Object query(std::string_view id, json::Object metric, std::string_view statistic) {
  return {
      {"Id", id},
      {"ReturnData", false},
      {"MetricStat", json::Object{{"Metric", std::move(metric)}, {"Stat", statistic}}}
  };
}

json::Object dimension(std::string_view name, const Value& value) {
  return {{"Name", name}, {"Value", value}};
}

json::Object requests_of(const Value& balancer, const Value& target_group) {
  return {
      {"Namespace", "AWS/ApplicationELB"},
      {"MetricName", "RequestCountPerTarget"},
      {"Dimensions",
       json::Array{dimension("LoadBalancer", balancer), dimension("TargetGroup", target_group)}}
  };
}

// The sum over all target groups of the unit. The predefined ALBRequestCountPerTarget knows one of
// them, and after a shift from blue to green it would look at the empty one. A group without
// requests has no data, which counts as 0.
json::Object requests_per_task(const Parts& parts, const Unit& unit) {
  json::Array queries;
  std::string sum;
  auto const add = [&](const Value& target_group) {
    if (target_group.is_null()) return;
    auto const id = fmt::format("requests{}", queries.size());
    queries.push_back(query(id, requests_of(parts.edge.full_name, target_group), "Sum"));
    sum += fmt::format("{}FILL({},0)", sum.empty() ? "" : "+", id);
  };
  for (auto const& container : unit.containers) {
    auto const& route = parts.edge.routes.at(container.name);
    add(route.blue_name);
    add(route.green_name);
  }
  queries.push_back(
      json::Object{{"Id", "perTask"}, {"Expression", std::move(sum)}, {"ReturnData", true}}
  );
  return {{"CustomizedMetricSpecification", json::Object{{"Metrics", std::move(queries)}}}};
}

// docs/metrics.md; each task reports its own level.
json::Object streams_per_task(const Parts& parts, const Unit& unit) {
  return {
      {"CustomizedMetricSpecification",
       json::Object{
           {"Namespace", "Davit"},
           {"MetricName", "davit_http_streams"},
           {"Statistic", "Average"},
           {"Dimensions",
            json::Array{
                dimension("ClusterName", parts.services.cluster),
                dimension("ServiceName", parts.services.names.at(unit.name))
            }}
       }}
  };
}

class Scaler {
 public:
  Scaler(const Manifest& manifest, const Parts& parts, const Unit& unit, Stack& stack)
      : scaling_(manifest.scaling),
        manifest_(manifest),
        parts_(parts),
        unit_(unit),
        stack_(stack) {}

  void run() {
    add_target();
    if (unit_.max <= unit_.min) return;
    add_policy("Cpu", scaling_.cpu, predefined("ECSServiceAverageCPUUtilization"));
    add_policy("Memory", scaling_.memory, predefined("ECSServiceAverageMemoryUtilization"));
    if (scaling_.requests)
      add_policy("Requests", scaling_.requests, requests_per_task(parts_, unit_));
    if (scaling_.streams) add_policy("Streams", scaling_.streams, streams_per_task(parts_, unit_));
  }

 private:
  std::string target_id() const { return unit_.id + "ScalableTarget"; }

  void add_target() {
    json::Object properties{
        {"ServiceNamespace", "ecs"},
        {"ScalableDimension", "ecs:service:DesiredCount"},
        {"ResourceId",
         concat({"service/", parts_.services.cluster, "/", parts_.services.names.at(unit_.name)})},
        {"MinCapacity", unit_.min},
        {"MaxCapacity", std::max(unit_.min, unit_.max)}
    };
    if (auto actions = scheduled_actions(scaling_, unit_); !actions.empty()) {
      properties["ScheduledActions"] = std::move(actions);
    }
    stack_
        .add(
            Layer::compute,
            target_id(),
            "AWS::ApplicationAutoScaling::ScalableTarget",
            std::move(properties)
        )
        .of_server(unit_.server());
  }

  void add_policy(std::string_view name, std::optional<int> target, json::Object configuration) {
    if (!target) return;
    configuration["TargetValue"] = *target;
    configuration["ScaleInCooldown"] = scaling_.in_cooldown.count();
    configuration["ScaleOutCooldown"] = scaling_.out_cooldown.count();
    stack_
        .add(
            Layer::compute,
            fmt::format("{}ScalingBy{}", unit_.id, name),
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            {{"PolicyName", fmt::format("{}-{}-{}", manifest_.stack_name(), unit_.name, name)},
             {"PolicyType", "TargetTrackingScaling"},
             {"ScalingTargetId", ref_of(target_id())},
             {"TargetTrackingScalingPolicyConfiguration", std::move(configuration)}}
        )
        .of_server(unit_.server());
  }

  const Scaling& scaling_;
  const Manifest& manifest_;
  const Parts& parts_;
  const Unit& unit_;
  Stack& stack_;
};

void add_notes(const Manifest& manifest, const Parts& parts, Stack& stack) {
  auto const& scaling = manifest.scaling;
  if (scaling.streams) {
    stack.add_note(
        "`scaling.streams` follows davit_http_streams in the CloudWatch namespace Davit, by "
        "ClusterName and ServiceName. This version of davitd does not write there: until something "
        "does, the policy rests."
    );
  }
  auto const begins_empty =
      std::ranges::any_of(parts.units, [](auto const& u) { return u.min == 0; });
  if (begins_empty) {
    stack.add_note(
        "A service with `min: 0` has no load to scale by while it is empty: set its desired "
        "count to 1 for the first task."
    );
  }
}

}  // namespace

void add_scaling(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs()) return;
  for (auto const& unit : parts.units) Scaler(manifest, parts, unit, stack).run();
  add_notes(manifest, parts, stack);
}

}  // namespace davit::infra
