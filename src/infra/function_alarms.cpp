#include "infra/function_alarms.h"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "infra/alarm.h"

namespace davit::infra {
namespace {

using manifest::Manifest;

// Errors in a minute, three minutes in a row, that are no accident any more.
constexpr double kErrors = 5;
constexpr double kPartOfTimeout = 25.0 / 29.0;
constexpr double kPartOfConcurrency = 0.8;
// Of an account in a region, unless AWS has raised it ("Lambda quotas", developer guide).
constexpr int kAccountConcurrency = 1000;

struct FunctionRow {
  std::string_view id;
  std::string_view name;
  std::string_view metric;
  std::string_view statistic;
  std::string_view comparison;
  int periods;
  std::string_view description;  // {0}: the function; {1}: the limit
};
constexpr FunctionRow kRows[] = {
    {"FunctionErrorsAlarm",
     "function-errors",
     "Errors",
     "Sum",
     "GreaterThanThreshold",
     3,
     "Runs of {0} fail, more than {1} a minute. Look in its log group for level error; if a "
     "release went before, point the alias back at the version before."},
    {"FunctionDurationAlarm",
     "function-duration",
     "Duration",
     "Average",
     "GreaterThanThreshold",
     3,
     "Runs of {0} take {1} ms on the average and will soon be cut off. Run the saved query "
     "slow-tools, then look at the service behind the tool."},
    {"FunctionThrottlesAlarm",
     "function-throttles",
     "Throttles",
     "Sum",
     "GreaterThanOrEqualToThreshold",
     1,
     "Lambda refused calls of {0}. Raise `lambda.reserved`, or ask AWS for more concurrency of the "
     "account."},
    {"FunctionConcurrencyAlarm",
     "function-concurrency",
     "ConcurrentExecutions",
     "Maximum",
     "GreaterThanThreshold",
     3,
     "More than {1} runs of {0} at once: calls will be refused soon. Look who calls so much with "
     "the saved query calls-by-principal, then raise `lambda.reserved` or the account's quota."},
};

double threshold_of(const Manifest& manifest, const FunctionRow& row) {
  if (row.metric == "Errors") return kErrors;
  if (row.metric == "Throttles") return 1;
  if (row.metric == "Duration") {
    auto const timeout = std::chrono::milliseconds(manifest.lambda.timeout);
    return std::floor(static_cast<double>(timeout.count()) * kPartOfTimeout);
  }
  return std::floor(manifest.lambda.reserved.value_or(kAccountConcurrency) * kPartOfConcurrency);
}

void watch_function(const Manifest& manifest, const Unit& unit, Parts& parts, Stack& stack) {
  auto const& function = parts.functions.functions.at(unit.name);
  for (auto const& row : kRows) {
    auto const threshold = threshold_of(manifest, row);
    add_alarm(
        manifest,
        parts,
        stack,
        Layer::watch,
        {.id = unit.id + std::string(row.id),
         .name = fmt::format("{}-{}", unit.name, row.name),
         .description = fmt::format(fmt::runtime(row.description), unit.name, threshold),
         .metrics =
             {{.space = "AWS/Lambda",
               .name = std::string(row.metric),
               .dimensions = {{"FunctionName", function.name}},
               .statistic = row.statistic}},
         .threshold = threshold,
         .comparison = row.comparison,
         .periods = row.periods,
         .server = unit.server()}
    );
  }
  add_both(
      manifest,
      parts,
      stack,
      Layer::watch,
      {.id = unit.id + "FunctionDownAlarm",
       .name = unit.name + "-function-down",
       .subject = unit.name,
       .first = unit.id + "FunctionErrorsAlarm",
       .second = unit.id + "FunctionDurationAlarm",
       .server = unit.server()}
  );
}

// `id` and `name` tell the doors apart: empty for the gateway, which is one.
void watch_front(
    const Manifest& manifest,
    const Front& front,
    const std::string& id,
    const std::string& name,
    Parts& parts,
    Stack& stack
) {
  auto const metric = [&front](std::string_view which, std::string_view statistic) {
    return std::vector<Metric>{
        {.space = std::string(front.space),
         .name = std::string(which),
         .dimensions = front.dimensions,
         .statistic = statistic}
    };
  };
  add_alarm(
      manifest,
      parts,
      stack,
      Layer::watch,
      {.id = id + "FrontFailuresAlarm",
       .name = name + "front-failures",
       .description = fmt::format(
           "More than {} answers 5xx of the functions in five minutes. When function-errors is "
           "quiet, it is the way to them: permissions, throttling, an answer that is too large.",
           manifest.alerts.errors_5xx
       ),
       .metrics = metric(front.failures, "Sum"),
       .threshold = static_cast<double>(manifest.alerts.errors_5xx),
       .period = 300,
       .periods = 1}
  );
  add_alarm(
      manifest,
      parts,
      stack,
      Layer::watch,
      {.id = id + "FrontLatencyAlarm",
       .name = name + "front-latency",
       .description = fmt::format(
           "The slowest hundredth of the functions' answers takes longer than {} ms. Run the saved "
           "queries slow-tools and cold-starts; `lambda.provisioned` helps against the latter.",
           manifest.alerts.p99.count()
       ),
       .metrics = metric(front.latency, "p99"),
       .threshold = static_cast<double>(manifest.alerts.p99.count())}
  );
}

}  // namespace

std::optional<Front> front_of(const Manifest& manifest, const Parts& parts, const Unit& unit) {
  if (manifest.on_ecs()) return std::nullopt;
  auto const& functions = parts.functions;
  switch (manifest.lambda.front) {
    case manifest::Front::rest:
      // "Amazon API Gateway dimensions and metrics", developer guide.
      return Front{
          "AWS/ApiGateway",
          "Count",
          "5XXError",
          "Latency",
          {{"ApiName", functions.api_name}, {"Stage", functions.stage}}
      };
    case manifest::Front::http:
      // "Monitoring WebSocket and HTTP APIs with CloudWatch metrics", developer guide.
      return Front{
          "AWS/ApiGateway",
          "Count",
          "5xx",
          "Latency",
          {{"ApiId", functions.api_id}, {"Stage", functions.stage}}
      };
    case manifest::Front::url:
      // "Monitoring Lambda function URLs", developer guide.
      return Front{
          "AWS/Lambda",
          "UrlRequestCount",
          "Url5xxCount",
          "UrlRequestLatency",
          {{"FunctionName", functions.functions.at(unit.name).name}}
      };
  }
  return std::nullopt;
}

void add_function_alarms(const Manifest& manifest, Parts& parts, Stack& stack) {
  for (auto const& unit : parts.units) watch_function(manifest, unit, parts, stack);
  for (auto const& unit : parts.units) {
    auto const front = front_of(manifest, parts, unit);
    if (!front) return;
    if (manifest.lambda.front != manifest::Front::url) {
      return watch_front(manifest, *front, "", "", parts, stack);
    }
    watch_front(manifest, *front, unit.id, unit.name + "-", parts, stack);
  }
}

}  // namespace davit::infra
