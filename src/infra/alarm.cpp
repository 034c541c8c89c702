#include "infra/alarm.h"

#include <cmath>

#include <fmt/format.h>

namespace davit::infra {
namespace {

json::Array dimensions_of(const Metric& metric) {
  json::Array list;
  for (auto const& [name, value] : metric.dimensions) {
    list.push_back(json::Object{{"Name", name}, {"Value", value}});
  }
  return list;
}

Value number(double value) {
  if (value == std::floor(value)) return static_cast<std::int64_t>(value);
  return value;
}

// "Statistic" takes the simple ones, "ExtendedStatistic" percentiles.
void put_metric(const Alarm& alarm, json::Object& properties) {
  auto const& metric = alarm.metrics[0];
  properties["Namespace"] = metric.space;
  properties["MetricName"] = metric.name;
  if (!metric.dimensions.empty()) properties["Dimensions"] = dimensions_of(metric);
  properties["Period"] = alarm.period;
  auto const is_percentile = metric.statistic.starts_with('p');
  properties[is_percentile ? "ExtendedStatistic" : "Statistic"] = metric.statistic;
}

json::Array queries_of(const Alarm& alarm) {
  json::Array queries{
      json::Object{{"Id", "result"}, {"Expression", alarm.expression}, {"ReturnData", true}}
  };
  for (auto number = 1; auto const& metric : alarm.metrics) {
    json::Object const what{
        {"Namespace", metric.space},
        {"MetricName", metric.name},
        {"Dimensions", dimensions_of(metric)}
    };
    queries.push_back(json::Object{
        {"Id", fmt::format("m{}", number++)},
        {"MetricStat",
         json::Object{{"Metric", what}, {"Period", alarm.period}, {"Stat", metric.statistic}}},
        {"ReturnData", false}
    });
  }
  return queries;
}

std::string full_name(const manifest::Manifest& manifest, std::string_view name) {
  return fmt::format("{}-{}", manifest.stack_name(), name);
}

}  // namespace

void add_alarm(
    const manifest::Manifest& manifest, Parts& parts, Stack& stack, Layer layer, const Alarm& alarm
) {
  auto const name = full_name(manifest, alarm.name);
  json::Object properties{
      {"AlarmName", name},
      {"AlarmDescription", alarm.description},
      {"ComparisonOperator", alarm.comparison},
      {"Threshold", number(alarm.threshold)},
      {"EvaluationPeriods", alarm.periods},
      // Most of these metrics say nothing while there is nothing to say.
      {"TreatMissingData", "notBreaching"},
      {"AlarmActions", json::Array{parts.watch.topic}},
      {"OKActions", json::Array{parts.watch.topic}}
  };
  if (alarm.expression.empty()) {
    put_metric(alarm, properties);
  } else {
    properties["Metrics"] = queries_of(alarm);
  }
  stack.add(layer, alarm.id, "AWS::CloudWatch::Alarm", std::move(properties))
      .of_server(alarm.server);
  parts.watch.alarms.emplace_back(name);
}

void add_both(
    const manifest::Manifest& manifest,
    Parts& parts,
    Stack& stack,
    Layer layer,
    const BothAlarms& alarm
) {
  auto const name = full_name(manifest, alarm.name);
  stack
      .add(
          layer,
          alarm.id,
          "AWS::CloudWatch::CompositeAlarm",
          {{"AlarmName", name},
           {"AlarmDescription",
            fmt::format(
                "{} fails and is slow at once, which is no passing trouble: somebody has to look "
                "now, first at what was released last.",
                alarm.subject
            )},
           {"AlarmRule",
            substitute(
                fmt::format(R"(ALARM("${{{}}}") AND ALARM("${{{}}}"))", alarm.first, alarm.second)
            )},
           {"AlarmActions", json::Array{parts.watch.topic}},
           {"OKActions", json::Array{parts.watch.topic}}}
      )
      .of_server(alarm.server);
  parts.watch.alarms.emplace_back(name);
}

std::vector<Metric> route_metrics(
    const Edge& edge, const Route& route, std::string_view name, std::string_view statistic
) {
  std::vector<Metric> metrics;
  for (auto const* group : {&route.blue_name, &route.green_name}) {
    if (group->is_null()) continue;
    metrics.push_back(
        {.space = "AWS/ApplicationELB",
         .name = std::string(name),
         .dimensions = {{"LoadBalancer", edge.full_name}, {"TargetGroup", *group}},
         .statistic = statistic}
    );
  }
  return metrics;
}

}  // namespace davit::infra
