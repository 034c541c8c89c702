#include <fmt/format.h>

#include "infra/alarm.h"
#include "infra/concerns.h"

namespace davit::infra {
namespace {

constexpr int kFiveMinutes = 300;

// The expression when there is a green group beside the blue. FILL keeps a group without requests,
// which has no data, from emptying the sum; MAX passes over it.
std::string_view when_two(const std::vector<Metric>& metrics, std::string_view expression) {
  return metrics.size() == 2 ? expression : "";
}

void guard(
    const Manifest& manifest,
    const Unit& unit,
    const Container& container,
    Parts& parts,
    Stack& stack
) {
  auto const& route = parts.edge.routes.at(container.name);
  auto const server = container.servers.size() == 1 ? container.servers[0]->name() : "";
  // 4xx are no fault of a server: the first answer to a client without a token is 401.
  auto errors = route_metrics(parts.edge, route, "HTTPCode_Target_5XX_Count", "Sum");
  Alarm const many_errors{
      .id = container.id + "ErrorsAlarm",
      .name = container.name + "-5xx",
      .description = fmt::format(
          "{} answered 5xx more than {} times in five minutes. During a release ECS rolls back by "
          "itself; otherwise look in its log group for level error.",
          container.name,
          manifest.alerts.errors_5xx
      ),
      .metrics = errors,
      .expression = when_two(errors, "SUM([FILL(m1, 0), FILL(m2, 0)])"),
      .threshold = static_cast<double>(manifest.alerts.errors_5xx),
      .period = kFiveMinutes,
      .periods = 1,
      .server = server
  };
  // Until the head of the answer is sent ("TargetResponseTime", ELB user guide), so that streams do
  // not count with the time for which they stay open.
  auto times = route_metrics(parts.edge, route, "TargetResponseTime", "p99");
  Alarm const slow{
      .id = container.id + "LatencyAlarm",
      .name = container.name + "-p99",
      .description = fmt::format(
          "The slowest hundredth of the answers of {} takes longer than {} ms. Run the saved query "
          "slow-tools to see which tool, then look at the service behind it.",
          container.name,
          manifest.alerts.p99.count()
      ),
      .metrics = times,
      .expression = when_two(times, "MAX([m1, m2])"),
      .threshold = static_cast<double>(manifest.alerts.p99.count()) / 1000,
      .server = server
  };
  for (auto const* alarm : {&many_errors, &slow}) {
    add_alarm(manifest, parts, stack, Layer::edge, *alarm);
    // By reference, which is the name, so that an alarm stands before the service that it guards.
    if (manifest.release.alarms) parts.watch.release_alarms[unit.name].push_back(ref_of(alarm->id));
  }
  add_both(
      manifest,
      parts,
      stack,
      Layer::edge,
      {.id = container.id + "DownAlarm",
       .name = container.name + "-down",
       .subject = container.name,
       .first = many_errors.id,
       .second = slow.id,
       .server = server}
  );
}

}  // namespace

void add_release_alarms(const Manifest& manifest, Parts& parts, Stack& stack) {
  if (!manifest.on_ecs() || parts.watch.topic.is_null()) return;
  for (auto const& unit : parts.units) {
    for (auto const& container : unit.containers) guard(manifest, unit, container, parts, stack);
  }
}

}  // namespace davit::infra
