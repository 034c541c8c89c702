#include "sandbox/dynatrace/metric_values.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::dynatrace {
namespace {

constexpr std::string_view kService = "SERVICE";
constexpr std::string_view kHost = "HOST";
constexpr std::string_view kProcess = "PROCESS_GROUP_INSTANCE";
constexpr std::string_view kWorkload = "CLOUD_APPLICATION";

// Response times are in microseconds: the vendor's list of built-in metrics.
constexpr Metric kMetrics[] = {
    {"builtin:service.response.time",
     "dt.service.request.response_time",
     "Response time",
     "MicroSecond",
     kService,
     180'000,
     0.15,
     11.94},
    {"builtin:service.errors.total.rate",
     "",
     "Failure rate (any errors)",
     "Percent",
     kService,
     0.4,
     0.3,
     31},
    {"builtin:service.errors.total.count",
     "dt.service.request.failure_count",
     "Number of errors (any)",
     "Count",
     kService,
     4.7,
     0.3,
     28.5,
     true},
    {"builtin:service.errors.fivexx.rate",
     "",
     "Failure rate (5xx)",
     "Percent",
     kService,
     0.3,
     0.3,
     40},
    {"builtin:service.errors.fourxx.rate", "", "Failure rate (4xx)", "Percent", kService, 1.1, 0.2},
    {"builtin:service.requestCount.total",
     "dt.service.request.count",
     "Request count",
     "Count",
     kService,
     1180,
     0.08,
     0.92,
     true},
    {"builtin:service.requestCount.server",
     "",
     "Request count - server",
     "Count",
     kService,
     1180,
     0.08,
     0.92,
     true},
    {"builtin:service.cpu.time", "", "CPU time", "MicroSecond", kService, 2'400'000, 0.2},
    {"builtin:service.dbChildCallCount",
     "",
     "Number of calls to databases",
     "Count",
     kService,
     3400,
     0.1,
     0.6,
     true},
    {"builtin:service.nonDbChildCallTime",
     "",
     "Time spent in calls to other services",
     "MicroSecond",
     kService,
     90'000,
     0.2,
     20},
    {"builtin:host.cpu.usage", "dt.host.cpu.usage", "CPU usage %", "Percent", kHost, 34, 0.2},
    {"builtin:host.cpu.idle", "dt.host.cpu.idle", "CPU idle", "Percent", kHost, 66, 0.1},
    {"builtin:host.cpu.user", "dt.host.cpu.user", "CPU user", "Percent", kHost, 26, 0.2},
    {"builtin:host.cpu.system", "dt.host.cpu.system", "CPU system", "Percent", kHost, 7, 0.2},
    {"builtin:host.cpu.iowait", "dt.host.cpu.iowait", "CPU I/O wait", "Percent", kHost, 0.8, 0.4},
    {"builtin:host.cpu.steal", "", "CPU steal", "Percent", kHost, 0.1, 0.5},
    {"builtin:host.cpu.load", "", "CPU load", "Ratio", kHost, 2.4, 0.3},
    {"builtin:host.cpu.load5m", "", "CPU load 5m", "Ratio", kHost, 2.3, 0.2},
    {"builtin:host.cpu.load15m", "", "CPU load 15m", "Ratio", kHost, 2.2, 0.1},
    {"builtin:host.mem.usage", "dt.host.memory.usage", "Memory used %", "Percent", kHost, 61, 0.05},
    {"builtin:host.mem.used", "", "Memory used", "Byte", kHost, 2.1e10, 0.05},
    {"builtin:host.mem.avail.bytes", "", "Memory available", "Byte", kHost, 1.3e10, 0.05},
    {"builtin:host.mem.avail.pct", "", "Memory available %", "Percent", kHost, 39, 0.05},
    {"builtin:host.mem.swap.used", "", "Swap used", "Byte", kHost, 0, 0},
    {"builtin:host.disk.usedPct",
     "dt.host.disk.used.percent",
     "Disk used %",
     "Percent",
     kHost,
     48,
     0.02},
    {"builtin:host.disk.free", "", "Disk available %", "Percent", kHost, 52, 0.02},
    {"builtin:host.disk.avail", "", "Disk available", "Byte", kHost, 1.1e11, 0.02},
    {"builtin:host.disk.readTime", "", "Disk read time", "MilliSecond", kHost, 1.2, 0.4},
    {"builtin:host.disk.writeTime", "", "Disk write time", "MilliSecond", kHost, 2.1, 0.4},
    {"builtin:host.net.bytesRx", "", "Bytes received", "BytePerSecond", kHost, 3.4e6, 0.2},
    {"builtin:host.net.bytesTx", "", "Bytes transmitted", "BytePerSecond", kHost, 2.9e6, 0.2},
    {"builtin:host.net.nic.packets.dropped",
     "",
     "NIC packets dropped",
     "Count",
     kHost,
     0,
     0,
     1,
     true},
    {"builtin:host.availability", "", "Host availability %", "Percent", kHost, 100, 0},
    {"builtin:host.uptime", "", "Host uptime", "Second", kHost, 2.4e6, 0},
    {"builtin:tech.generic.cpu.usage",
     "dt.process.cpu.usage",
     "Process CPU usage",
     "Percent",
     kProcess,
     6,
     0.3},
    {"builtin:tech.generic.mem.usage",
     "dt.process.memory.usage",
     "Process memory",
     "Percent",
     kProcess,
     4,
     0.1},
    {"builtin:tech.generic.network.traffic",
     "",
     "Process traffic",
     "BytePerSecond",
     kProcess,
     8e5,
     0.2},
    {"builtin:tech.nodejs.uvLoop.activeHandles",
     "",
     "Event loop: active handles",
     "Count",
     kProcess,
     310,
     0.1},
    {"builtin:tech.nodejs.v8heap.heapUsed", "", "V8 heap used", "Byte", kProcess, 1.7e8, 0.2},
    {"builtin:kubernetes.container.restarts",
     "dt.kubernetes.container.restarts",
     "Container restarts",
     "Count",
     kWorkload,
     0,
     0,
     1,
     true},
    {"builtin:kubernetes.workload.pods_desired", "", "Pods desired", "Count", kWorkload, 3, 0},
    {"builtin:kubernetes.workload.requests_cpu",
     "",
     "CPU requests",
     "MilliCores",
     kWorkload,
     1500,
     0},
    {"builtin:kubernetes.workload.cpu_usage", "", "CPU usage", "MilliCores", kWorkload, 640, 0.2},
    {"builtin:apps.web.actionCount.load.browser",
     "",
     "Page loads",
     "Count",
     "APPLICATION",
     420,
     0.1,
     1,
     true},
    {"builtin:apps.web.visuallyComplete.load.browser",
     "",
     "Visually complete",
     "MicroSecond",
     "APPLICATION",
     1.4e6,
     0.2},
};

// From -1 to 1.
double noise(std::string_view id, std::int64_t minute) {
  auto hash = std::uint64_t{1469598103934665603U} ^ static_cast<std::uint64_t>(minute);
  for (auto const c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  hash ^= hash >> 29;
  hash *= 0xbf58476d1ce4e5b9U;
  return static_cast<double>(hash >> 11) / static_cast<double>(std::uint64_t{1} << 52) - 1.0;
}

double trouble_factor(const Store& store, const Metric& metric, const Entity& entity, Time end) {
  if (end <= store.seeded - story::kProblemOpened) return 1;
  if (entity.id == story::kServiceEntity) return metric.trouble;
  // Who calls it suffers a part of that.
  if (entity.id == story::kFrontEndEntity) return 1 + (metric.trouble - 1) / 4;
  return 1;
}

double percentile_factor(double percentile) {
  if (percentile < 60) return 0.8;
  if (percentile < 92) return 1.6;
  return percentile < 99 ? 2.1 : 3.4;
}

}  // namespace

std::span<const Metric> known_metrics() { return kMetrics; }

const Metric* find_metric(std::string_view key) {
  auto const* found = std::ranges::find_if(kMetrics, [&](const Metric& one) {
    return one.key == key || (!one.grail.empty() && one.grail == key);
  });
  return found == std::end(kMetrics) ? nullptr : found;
}

std::string dimension_of(const Metric& metric) {
  return fmt::format("dt.entity.{}", to_lower(metric.entity_type));
}

double value_of(
    const Store& store,
    const Metric& metric,
    const Entity& entity,
    Time end,
    std::chrono::milliseconds slot,
    const Aggregation& aggregation
) {
  auto const minute = std::chrono::floor<std::chrono::minutes>(end).time_since_epoch().count();
  auto value = metric.base * (1 + metric.spread * noise(entity.id, minute)) *
               trouble_factor(store, metric, entity, end);
  auto const minutes = std::max(1.0, static_cast<double>(slot.count()) / 60'000.0);
  auto const& name = aggregation.name;
  if (name == "count") return std::round(minutes);
  if (name == "min") return value * 0.6;
  if (name == "max") return value * 1.9;
  if (name == "median") return value * percentile_factor(50);
  if (name == "percentile") return value * percentile_factor(aggregation.percentile);
  if (name == "sum" || (metric.is_count && name != "avg")) value *= minutes;
  return metric.is_count && name != "avg" ? std::round(value) : value;
}

}  // namespace davit::sandbox::dynatrace
