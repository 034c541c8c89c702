// The order of the time limits: what waits must wait longer than what it waits for. A limit in the
// wrong place shows itself as answers 502 and 504 under load, or in a release.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "config/units.h"
#include "manifest/findings.h"

namespace davit::manifest {
namespace {

// davitd's own limits, which the manifest does not set: see docs/configuration.md.
constexpr seconds kHeartbeat{15};
constexpr seconds kKeepAlive{3660};
constexpr seconds kDrain{100};
constexpr seconds kStreamMaxAge{264};  // 240 s and a tenth, by which the ages are spread

std::string text_of(milliseconds time) { return config::format_duration(time); }

void check_idle(const Manifest& manifest, Findings& findings) {
  auto const idle = manifest.balancer.idle_timeout;
  if (!manifest.on_ecs() || !manifest.has_connectors()) return;
  if (idle <= kHeartbeat) {
    findings.add(
        "balancer.idle_timeout",
        fmt::format(
            "is {}, and a silent stream has a heartbeat every {}: the balancer would cut it "
            "before; "
            "write more than {}, such as 60s",
            text_of(idle),
            text_of(kHeartbeat),
            text_of(kHeartbeat)
        )
    );
  }
  if (idle >= kKeepAlive) {
    findings.add(
        "balancer.idle_timeout",
        fmt::format(
            "is {}, and davitd closes an idle connection after {}: the balancer would send "
            "requests "
            "into closed ones; write less than that",
            text_of(idle),
            text_of(kKeepAlive)
        )
    );
  }
}

void check_leaving(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || !manifest.has_connectors()) return;
  auto const delay = manifest.balancer.deregistration_delay;
  if (delay <= kStreamMaxAge) {
    findings.add(
        "balancer.deregistration_delay",
        fmt::format(
            "is {}, and a stream lives up to {}: each release would cut streams; write more than "
            "that, such as 300s",
            text_of(delay),
            text_of(kStreamMaxAge)
        )
    );
  }
  auto const stop = manifest.service.stop_timeout;
  if (stop <= kDrain) {
    findings.add(
        "service.stop_timeout",
        fmt::format(
            "is {}, and davitd takes up to {} to finish its calls: ECS would kill it before; write "
            "more than that, such as 120s",
            text_of(stop),
            text_of(kDrain)
        )
    );
  }
}

void check_calls(const Manifest& manifest, Findings& findings) {
  for (auto const& server : manifest.servers) {
    auto const timeout = server.connector.timeout;
    if (!server.is_connector()) continue;
    if (timeout >= kDrain) {
      findings.add(
          server,
          "timeout",
          fmt::format(
              "is {}, and a davitd that stops gives its calls {}: a release would cut them; write "
              "less than that",
              text_of(timeout),
              text_of(kDrain)
          )
      );
    } else if (manifest.on_lambda() && timeout >= manifest.lambda.timeout) {
      findings.add(
          server,
          "timeout",
          fmt::format(
              "is {}, not below `lambda.timeout`, {}: the function would be ended before it could "
              "answer that a call took too long; lower the one or raise the other",
              text_of(timeout),
              text_of(manifest.lambda.timeout)
          )
      );
    }
  }
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: 29 s for a REST API
// that does not stream, 30 s for an HTTP API, which the answer that it ended needs a part of.
constexpr seconds kGatewayLimit{29};

void check_gateway(const Manifest& manifest, Findings& findings) {
  auto const& lambda = manifest.lambda;
  if (!manifest.on_lambda() || lambda.timeout <= kGatewayLimit) return;
  auto const is_http = lambda.front == Front::http;
  if (!is_http && (lambda.front != Front::rest || lambda.streaming)) return;
  findings.add(
      "lambda.timeout",
      fmt::format(
          "is {}, and {} waits {} for an answer; write at most that, or {}",
          text_of(lambda.timeout),
          is_http ? "an HTTP API" : "a REST API that does not stream",
          text_of(kGatewayLimit),
          is_http ? "`front: rest`, which can stream" : "`streaming: true`"
      )
  );
}

// ELB user guide, "Health checks for target groups": the timeout is below the interval.
void check_health(const Manifest& manifest, Findings& findings) {
  auto const& balancer = manifest.balancer;
  if (!manifest.on_ecs() || balancer.health_timeout < balancer.health_interval) return;
  findings.add(
      "balancer.health.timeout",
      fmt::format(
          "is {}, not below `interval`, {}; lower the one or raise the other",
          text_of(balancer.health_timeout),
          text_of(balancer.health_interval)
      )
  );
}

// ELB user guide, "Target group attributes": 30 to 900 s, or 0 for none.
void check_slow_start(const Manifest& manifest, Findings& findings) {
  auto const slow_start = manifest.balancer.slow_start;
  if (!manifest.on_ecs() || slow_start == 0s || slow_start >= 30s) return;
  findings.add("balancer.slow_start", "must be 0s, which is none, or from 30s to 15m");
}

// CloudFormation gives a service 36 hours to become stable (ECS developer guide, "Blue/green
// deployments", considerations); three of them are left for tasks to start and to end.
constexpr minutes kLongestRelease = 33h;

struct Part {
  std::string_view key;
  minutes length{0};
};

std::vector<Part> parts_of(const Release& release) {
  std::vector<Part> parts{{"release.bake", release.bake}};
  if (release.pause) parts.push_back({"release.pause_timeout", release.pause_timeout});
  if (release.strategy == Strategy::canary) {
    parts.push_back({"release.canary.bake", release.canary_bake});
  }
  if (release.strategy == Strategy::linear) {
    auto const steps = (100 + release.step_percent - 1) / release.step_percent;
    parts.push_back({"release.linear.bake", steps * release.step_bake});
  }
  return parts;
}

std::string hours_of(minutes time) {
  auto const hours = time.count() / 60;
  auto const rest = time.count() % 60;
  if (hours == 0) return fmt::format("{}m", rest);
  return rest == 0 ? fmt::format("{}h", hours) : fmt::format("{}h {}m", hours, rest);
}

void check_release(const Manifest& manifest, Findings& findings) {
  auto const& release = manifest.release;
  if (!manifest.on_ecs() || release.strategy == Strategy::rolling) return;
  auto const parts = parts_of(release);
  minutes whole{0};
  for (auto const& part : parts) whole += part.length;
  if (whole <= kLongestRelease) return;
  auto const longest = *std::ranges::max_element(parts, {}, &Part::length);
  std::vector<std::string> others;
  for (auto const& part : parts) {
    if (part.key != longest.key) {
      others.push_back(fmt::format("`{}` ({})", part.key, hours_of(part.length)));
    }
  }
  auto const is_linear = longest.key == "release.linear.bake";
  findings.add(
      std::string(longest.key),
      fmt::format(
          "is {}{}, which with {} makes a release of {}, and CloudFormation gives up after {}; "
          "shorten "
          "them",
          hours_of(longest.length),
          is_linear ? " in all steps" : "",
          fmt::join(others, " and "),
          hours_of(whole),
          hours_of(kLongestRelease)
      )
  );
}

constexpr Check kChecks[] = {
    {"balancer servers", check_idle},
    {"balancer service servers", check_leaving},
    {"server lambda", check_calls},
    {"lambda", check_gateway},
    {"balancer", check_health},
    {"balancer", check_slow_start},
    {"release", check_release},
};

}  // namespace

std::span<const Check> time_checks() { return kChecks; }

}  // namespace davit::manifest
