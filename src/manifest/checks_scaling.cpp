// How many tasks run, when, and on which capacity.
#include <algorithm>

#include <fmt/format.h>

#include "manifest/findings.h"

namespace davit::manifest {
namespace {

// With nothing running no metric would ever raise the count.
constexpr std::string_view kNeverStarts =
    "is 0, and with no task running nothing would start one again; write 1 or more, and hours in "
    "which none shall run under `scaling.schedule`";

void check_bounds(const Manifest& manifest, Findings& findings) {
  auto const& scaling = manifest.scaling;
  if (scaling.min > scaling.max) {
    findings.add(
        "scaling.min",
        fmt::format(
            "is {}, above `scaling.max`, {}; raise the one or lower the other",
            scaling.min,
            scaling.max
        )
    );
  }
  if (manifest.on_ecs() && scaling.min == 0) findings.add("scaling.min", std::string(kNeverStarts));
}

void check_own_bounds(const Manifest& manifest, Findings& findings) {
  if (!is_each_alone(manifest)) return;
  auto const& scaling = manifest.scaling;
  for (auto const& server : manifest.servers) {
    if (manifest.on_ecs() && server.min == 0)
      findings.add(server, "min", std::string(kNeverStarts));
    auto const min = server.min.value_or(scaling.min);
    auto const max = server.max.value_or(scaling.max);
    // Both of `scaling` were compared.
    if (min <= max || (!server.min && !server.max)) continue;
    auto const key = server.min ? "min" : "max";
    findings.add(
        server,
        key,
        fmt::format(
            "leaves {} tasks at least and {} at most; write `min` and `max` that fit", min, max
        )
    );
  }
}

void check_capacity(const Manifest& manifest, Findings& findings) {
  auto const& service = manifest.service;
  if (!manifest.on_ecs()) return;
  if (service.capacity == Capacity::mixed && service.fargate_weight == 0 &&
      service.spot_weight == 0) {
    findings.add("service.mix", "has only weights of 0; write `fargate: 1`, `spot: 3`, or both");
  }
}

constexpr std::string_view kSpotAlone =
    "is spot with one task: when AWS takes it away nothing answers until another one runs; write "
    "`capacity: mixed`, whose first task is never on Spot, or 2 or more tasks at least";

void check_spot(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || manifest.service.capacity != Capacity::spot) return;
  auto const is_alone = [&manifest](const Server& server) {
    return server.min.value_or(manifest.scaling.min) == 1;
  };
  auto const is_any_alone = is_each_alone(manifest)
                                ? std::ranges::any_of(manifest.servers, is_alone)
                                : manifest.scaling.min == 1;
  if (is_any_alone) findings.add("service.capacity", std::string(kSpotAlone));
}

void check_schedule(const Manifest& manifest, Findings& findings) {
  auto const& scaling = manifest.scaling;
  if (!scaling.weekends.empty() && scaling.weekdays.empty()) {
    findings.add(
        "scaling.schedule.weekends",
        "needs `weekdays` too; \"00:00-24:00\" there means that it runs all day"
    );
  }
}

void check_streams(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || !manifest.scaling.streams || manifest.has_connectors()) return;
  findings.add(
      "scaling.streams",
      "counts the streams of davitd, and no connector is among the servers; write "
      "`scaling.requests`, which the balancer counts"
  );
}

constexpr Check kChecks[] = {
    {"scaling", check_bounds},
    {"scaling server layout", check_own_bounds},
    {"service", check_capacity},
    {"service scaling servers layout", check_spot},
    {"scaling", check_schedule},
    {"scaling servers", check_streams},
};

}  // namespace

std::span<const Check> scaling_checks() { return kChecks; }

}  // namespace davit::manifest
