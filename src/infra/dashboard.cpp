#include "infra/dashboard.h"

#include <fmt/format.h>

#include "infra/board.h"
#include "infra/concerns.h"
#include "infra/function_alarms.h"
#include "infra/logs.h"
#include "infra/queries.h"

namespace davit::infra {
namespace {

using json::Array;

constexpr std::string_view kRed = "#d62728";
constexpr std::string_view kAmber = "#ff9900";

class Writer {
 public:
  Writer(const Manifest& manifest, const Parts& parts) : manifest_(manifest), parts_(parts) {}

  Value write() && {
    add_alarms_state();
    if (manifest_.on_ecs()) {
      add_balancer();
      for (auto const& unit : parts_.units) add_service(unit);
    }
    if (manifest_.on_lambda()) {
      for (auto const& unit : parts_.units) add_function(unit);
    }
    add_calls();
    return std::move(board_).body();
  }

 private:
  void add_alarms_state() {
    Array arns;
    for (auto const& name : parts_.watch.alarms) {
      arns.push_back(Value(text_of(arn("cloudwatch", "alarm:" + text_of(name)))));
    }
    if (arns.empty()) return;
    auto const height = 2 + static_cast<int>(arns.size() + 3) / 4;
    board_.add(
        "alarm", Board::kColumns, height, {{"title", "Alarms"}, {"alarms", std::move(arns)}}
    );
  }

  void add_balancer() {
    constexpr std::string_view kSpace = "AWS/ApplicationELB";
    Dimensions const balancer{{"LoadBalancer", parts_.edge.full_name}};
    board_.head("Balancer");
    board_.graph(
        "Requests",
        {line({kSpace, "RequestCount", "all"}, balancer),
         line({kSpace, "HTTPCode_Target_4XX_Count", "4xx", "Sum", kAmber}, balancer),
         line({kSpace, "HTTPCode_Target_5XX_Count", "5xx", "Sum", kRed}, balancer)},
        8
    );
    board_.graph(
        "Failures of the balancer itself",
        {line({kSpace, "HTTPCode_ELB_5XX_Count", "5xx", "Sum", kRed}, balancer),
         line({kSpace, "TargetConnectionErrorCount", "no connection", "Sum", kAmber}, balancer)},
        8
    );
    // An open event stream is a connection.
    board_.graph(
        "Connections and streams",
        {line({kSpace, "ActiveConnectionCount", "open"}, balancer),
         line({kSpace, "NewConnectionCount", "new"}, balancer)},
        8
    );
  }

  void add_service(const Unit& unit) {
    board_.head(fmt::format("{} on ECS", unit.name));
    for (auto const& container : unit.containers) add_route(container);
    Dimensions const service{
        {"ClusterName", parts_.services.cluster},
        {"ServiceName", parts_.services.names.at(unit.name)}
    };
    board_.graph(
        "CPU and memory, per cent",
        {line({"AWS/ECS", "CPUUtilization", "CPU", "Average"}, service),
         line({"AWS/ECS", "MemoryUtilization", "memory", "Average"}, service),
         line({"AWS/ECS", "MemoryUtilization", "memory, highest", "Maximum", kAmber}, service)}
    );
    if (!manifest_.service.insights) return;
    constexpr std::string_view kInsights = "ECS/ContainerInsights";
    board_.graph(
        "Tasks",
        {line({kInsights, "DesiredTaskCount", "wanted", "Average"}, service),
         line({kInsights, "RunningTaskCount", "running", "Average"}, service),
         line({kInsights, "PendingTaskCount", "starting", "Average", kAmber}, service)}
    );
  }

  void add_route(const Container& container) {
    constexpr std::string_view kSpace = "AWS/ApplicationELB";
    auto const& route = parts_.edge.routes.at(container.name);
    Array requests;
    Array times;
    auto const is_alone = route.green_name.is_null();
    for (auto const* group : {&route.blue_name, &route.green_name}) {
      if (group->is_null()) continue;
      auto const* const suffix = is_alone ? "" : group == &route.blue_name ? ", blue" : ", green";
      auto const label = [suffix](std::string_view text) {
        return fmt::format("{}{}", text, suffix);
      };
      Dimensions const target{{"LoadBalancer", parts_.edge.full_name}, {"TargetGroup", *group}};
      requests.push_back(line({kSpace, "RequestCount", label("all")}, target));
      requests.push_back(
          line({kSpace, "HTTPCode_Target_5XX_Count", label("5xx"), "Sum", kRed}, target)
      );
      times.push_back(line({kSpace, "TargetResponseTime", label("p50"), "p50"}, target));
      times.push_back(line({kSpace, "TargetResponseTime", label("p99"), "p99", kAmber}, target));
    }
    board_.graph(fmt::format("{}: requests", container.name), std::move(requests));
    board_.graph(fmt::format("{}: seconds to the answer", container.name), std::move(times));
  }

  void add_function(const Unit& unit) {
    constexpr std::string_view kSpace = "AWS/Lambda";
    board_.head(fmt::format("{} on Lambda", unit.name));
    Dimensions const function{{"FunctionName", parts_.functions.functions.at(unit.name).name}};
    board_.graph(
        "Runs",
        {line({kSpace, "Invocations", "all"}, function),
         line({kSpace, "Errors", "failed", "Sum", kRed}, function),
         line({kSpace, "Throttles", "refused", "Sum", kAmber}, function)}
    );
    board_.graph(
        "Milliseconds of a run",
        {line({kSpace, "Duration", "p50", "p50"}, function),
         line({kSpace, "Duration", "p99", "p99", kAmber}, function),
         line({kSpace, "Duration", "longest", "Maximum", kRed}, function)}
    );
    board_.graph(
        "Runs at once",
        {line({kSpace, "ConcurrentExecutions", "all", "Maximum"}, function),
         line({kSpace, "ProvisionedConcurrentExecutions", "kept warm", "Maximum"}, function)}
    );
    auto const front = front_of(manifest_, parts_, unit);
    if (!front) return;
    board_.graph(
        "Front door",
        {line({front->space, front->requests, "requests"}, front->dimensions),
         line({front->space, front->failures, "5xx", "Sum", kRed}, front->dimensions),
         line({front->space, front->latency, "p99, ms", "p99", kAmber, true}, front->dimensions)}
    );
  }

  void add_calls() {
    auto const groups = call_logs(manifest_, parts_);
    if (groups.empty() || !logs_have_calls(manifest_)) return;
    board_.head("Calls");
    auto const space = metric_space(manifest_);
    board_.graph(
        "Errors of JSON-RPC and of tools",
        {line({space, "RpcErrors", "JSON-RPC", "Sum", kRed}, {}),
         line({space, "ToolErrors", "tools", "Sum", kAmber}, {})},
        8
    );
    add_table("Slowest tools", "slow-tools", groups);
    add_table("Errors by tool", "errors-by-tool", groups);
  }

  void add_table(std::string_view title, std::string_view query, const Values& groups) {
    std::string text;
    for (auto const& group : groups) text += fmt::format("SOURCE '{}' | ", text_of(group));
    text += saved_query(query).text;
    board_.add(
        "log",
        8,
        Board::kHeight,
        {{"title", title}, {"view", "table"}, {"region", "${AWS::Region}"}, {"query", text}}
    );
  }

  const Manifest& manifest_;
  const Parts& parts_;
  Board board_;
};

}  // namespace

Value dashboard_body(const Manifest& manifest, const Parts& parts) {
  return Writer(manifest, parts).write();
}

void add_dashboard(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.dashboard) return;
  auto const name = manifest.stack_name();
  stack.add(
      Layer::watch,
      "Dashboard",
      "AWS::CloudWatch::Dashboard",
      {{"DashboardName", name},
       {"DashboardBody", substitute(json::to_text(dashboard_body(manifest, parts)))}}
  );
  stack.add_output(
      "DashboardUrl",
      "The dashboard.",
      substitute(
          "https://console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}#dashboards:name=" +
          name
      )
  );
}

}  // namespace davit::infra
