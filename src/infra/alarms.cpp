#include <fmt/format.h>

#include "infra/alarm.h"
#include "infra/concerns.h"
#include "infra/function_alarms.h"
#include "infra/group_changes.h"
#include "infra/logs.h"

namespace davit::infra {
namespace {

constexpr int kFiveMinutes = 300;
constexpr int kQuarterOfAnHour = 900;

class Alarms {
 public:
  Alarms(const Manifest& manifest, Parts& parts, Stack& stack)
      : manifest_(manifest), parts_(parts), stack_(stack) {}

  void add() {
    if (manifest_.on_ecs()) {
      watch_balancer();
      for (auto const& unit : parts_.units) watch_unit(unit);
    }
    if (manifest_.on_lambda()) add_function_alarms(manifest_, parts_, stack_);
    if (logs_have_calls(manifest_) && manifest_.has_connectors()) watch_calls();
    // By number, for each alarm is one resource more.
    auto const count = stack_.resources().size();
    for (std::size_t at = 0; at < count; ++at) watch_state(stack_.resources()[at]);
  }

 private:
  void add(const Alarm& alarm) { add_alarm(manifest_, parts_, stack_, Layer::watch, alarm); }

  Metric of_balancer(std::string_view name) const {
    return {
        .space = "AWS/ApplicationELB",
        .name = std::string(name),
        .dimensions = {{"LoadBalancer", parts_.edge.full_name}}
    };
  }

  void watch_balancer() {
    add(
        {.id = "BalancerFailuresAlarm",
         .name = "balancer-failures",
         .description = fmt::format(
             "The balancer itself answered 5xx more than {} times in five minutes: no healthy "
             "task, or one that cut the connection. Look at the health of its target groups.",
             manifest_.alerts.errors_5xx
         ),
         .metrics = {of_balancer("HTTPCode_ELB_5XX_Count")},
         .threshold = static_cast<double>(manifest_.alerts.errors_5xx),
         .period = kFiveMinutes,
         .periods = 1}
    );
    add(
        {.id = "ConnectionsAlarm",
         .name = "connections",
         .description = fmt::format(
             "More than {} connections at once. Look who opens them with the saved query "
             "calls-by-principal; raise `scaling.max` when they are wanted.",
             manifest_.alerts.connections
         ),
         .metrics = {of_balancer("ActiveConnectionCount")},
         .threshold = static_cast<double>(manifest_.alerts.connections)}
    );
  }

  void watch_unit(const Unit& unit) {
    for (auto const& container : unit.containers) {
      auto metrics = route_metrics(
          parts_.edge, parts_.edge.routes.at(container.name), "UnHealthyHostCount", "Maximum"
      );
      auto const is_alone = container.servers.size() == 1;
      add(
          {.id = container.id + "UnhealthyAlarm",
           .name = container.name + "-unhealthy",
           .description = fmt::format(
               "A task of {} does not pass its health check. Look in its log group; ECS replaces "
               "the task, so that this rings on only when the new ones fail as well.",
               container.name
           ),
           .metrics = metrics,
           .expression = metrics.size() == 2 ? "MAX([m1, m2])" : "",
           .server = is_alone ? container.servers[0]->name() : ""}
      );
    }
    // Without Container Insights nobody counts the tasks.
    if (!manifest_.service.insights) return;
    auto const count = [&](std::string_view name) {
      return Metric{
          .space = "ECS/ContainerInsights",
          .name = std::string(name),
          .dimensions =
              {{"ClusterName", parts_.services.cluster},
               {"ServiceName", parts_.services.names.at(unit.name)}},
          .statistic = "Average"
      };
    };
    add(
        {.id = unit.id + "TasksAlarm",
         .name = unit.name + "-tasks",
         .description = fmt::format(
             "For ten minutes {} has had fewer tasks than it should. The events of its service in "
             "ECS say "
             "why they cannot start, such as an image that is not there, a secret, or no "
             "room.",
             unit.name
         ),
         .metrics = {count("DesiredTaskCount"), count("RunningTaskCount")},
         .expression = "m1 - m2",
         .periods = 10,
         .server = unit.server()}
    );
  }

  void watch_calls() {
    add(
        {.id = "RpcErrorsAlarm",
         .name = "rpc-errors",
         .description = fmt::format(
             "More than {} calls in five minutes ended in a JSON-RPC error: clients send what the "
             "servers do not know, often after a release. Run the saved query errors-by-tool.",
             manifest_.alerts.rpc_errors
         ),
         .metrics = {{.space = metric_space(manifest_), .name = "RpcErrors", .dimensions = {}}},
         .threshold = static_cast<double>(manifest_.alerts.rpc_errors),
         .period = kFiveMinutes,
         .periods = 1}
    );
  }

  // What keeps state is found in the stack, for each kind of it ends in its own way.
  void watch_state(const Resource& resource) {
    auto const& type = resource.type->name;
    if (type == "AWS::EFS::FileSystem") watch_files(resource);
    if (type == "AWS::ElastiCache::ReplicationGroup") watch_store(resource);
    if (type == "AWS::KinesisFirehose::DeliveryStream") watch_archive(resource);
    if (type == "AWS::Route53::HealthCheck") watch_address(resource);
  }

  // Route 53 reports to one region only ("Monitoring health checks using CloudWatch", developer
  // guide), and an alarm sees metrics of its own region.
  void watch_address(const Resource& check) {
    if (manifest_.region != "us-east-1") {
      return stack_.add_note(
          "The metrics of the health check are in us-east-1, where nothing watches them: make an "
          "alarm there of HealthCheckStatus, namespace AWS/Route53."
      );
    }
    add(
        {.id = check.id + "Alarm",
         .name = "address",
         .description = fmt::format(
             "From the internet {} does not answer. If its targets are healthy, "
             "look at the record, the certificate and what `network.allow` lets in.",
             manifest_.domain
         ),
         .metrics =
             {{.space = "AWS/Route53",
               .name = "HealthCheckStatus",
               .dimensions = {{"HealthCheckId", ref_of(check.id)}},
               .statistic = "Minimum"}},
         .threshold = 1,
         .comparison = "LessThanThreshold"}
    );
  }

  void watch_files(const Resource& files) {
    // Elastic and provisioned throughput have no credits ("Amazon EFS performance", user guide).
    auto const* mode = files.properties.if_contains("ThroughputMode");
    if (mode != nullptr && *mode != "bursting") return;
    constexpr double kCredits = 256.0 * 1024 * 1024 * 1024;  // of 2.1 TiB in the beginning
    add(
        {.id = files.id + "CreditAlarm",
         .name = "files-credit",
         .description = "The file system has used up most of its burst credits and will be slow. "
                        "Look what reads so much; set its ThroughputMode to elastic.",
         .metrics =
             {{.space = "AWS/EFS",
               .name = "BurstCreditBalance",
               .dimensions = {{"FileSystemId", ref_of(files.id)}},
               .statistic = "Minimum"}},
         .threshold = kCredits,
         .comparison = "LessThanThreshold",
         .period = kFiveMinutes}
    );
  }

  // Metrics are those of nodes, which are numbered behind the id of their group ("Metrics for
  // Valkey and Redis OSS", ElastiCache user guide).
  void watch_store(const Resource& store) {
    std::vector<Metric> memory;
    std::vector<Metric> evictions;
    std::string of_all;
    for (auto node = 1; node <= 1 + manifest_.state.replicas; ++node) {
      auto const id = substitute(fmt::format("${{{}}}-{:03}", store.id, node));
      auto const metric = [&id](std::string_view name, std::string_view statistic) {
        return Metric{
            .space = "AWS/ElastiCache",
            .name = std::string(name),
            .dimensions = {{"CacheClusterId", id}},
            .statistic = statistic
        };
      };
      memory.push_back(metric("DatabaseMemoryUsagePercentage", "Maximum"));
      evictions.push_back(metric("Evictions", "Sum"));
      of_all += fmt::format("{}m{}", node == 1 ? "" : ", ", node);
    }
    auto const highest = memory.size() == 1 ? "" : fmt::format("MAX([{}])", of_all);
    add(
        {.id = store.id + "MemoryAlarm",
         .name = "store-memory",
         .description = "The store is more than 80 % full and will soon forget sessions before "
                        "their time. Choose a larger `state.node`.",
         .metrics = memory,
         .expression = highest,
         .threshold = 80,
         .period = kFiveMinutes}
    );
    add(
        {.id = store.id + "EvictionsAlarm",
         .name = "store-evictions",
         .description = "The store is full and forgets sessions before their time: clients have to "
                        "begin anew. Choose a larger `state.node`.",
         .metrics = evictions,
         .expression = highest,
         .period = kFiveMinutes,
         .periods = 1}
    );
  }

  void watch_archive(const Resource& archive) {
    add(
        {.id = archive.id + "Alarm",
         .name = "log-archive",
         .description = "Logs have waited for more than 15 minutes to get into the bucket. Look at "
                        "the delivery stream's errors: the bucket or its policy has changed.",
         .metrics =
             {{.space = "AWS/Firehose",
               .name = "DeliveryToS3.DataFreshness",
               .dimensions = {{"DeliveryStreamName", ref_of(archive.id)}},
               .statistic = "Maximum"}},
         .threshold = kQuarterOfAnHour,
         .period = kFiveMinutes}
    );
  }

  const Manifest& manifest_;
  Parts& parts_;
  Stack& stack_;
};

}  // namespace

void add_alarms(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (parts.watch.topic.is_null()) return;
  Alarms(manifest, parts, stack).add();
  if (manifest.alerts.security_groups) add_group_changes(manifest, parts, stack);
}

}  // namespace davit::infra
