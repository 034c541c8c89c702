// What runs together: sizes of tasks, containers in one task, sessions that replicas do not share.
#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "manifest/findings.h"

namespace davit::manifest {
namespace {

// ECS developer guide, "Task size": memory that goes with the CPU of a Fargate task.
struct Fargate {
  int cpu;    // units of 1/1024 vCPU
  int least;  // MiB
  int most;   // MiB
  int step;   // MiB; 0: each is twice the one before
};
constexpr int kGib = 1024;
constexpr Fargate kFargate[] = {
    {256, 512, 2 * kGib, 0},
    {512, 1 * kGib, 4 * kGib, kGib},
    {1024, 2 * kGib, 8 * kGib, kGib},
    {2048, 4 * kGib, 16 * kGib, kGib},
    {4096, 8 * kGib, 30 * kGib, kGib},
    {8192, 16 * kGib, 60 * kGib, 4 * kGib},
    {16384, 32 * kGib, 120 * kGib, 8 * kGib},
};

bool fits(const Fargate& row, int memory) {
  if (memory < row.least || memory > row.most) return false;
  if (row.step != 0) return (memory - row.least) % row.step == 0;
  return memory % row.least == 0 && (memory / row.least & (memory / row.least - 1)) == 0;
}

std::string memory_of(const Fargate& row) {
  if (row.step == 0) return fmt::format("{}, {} or {}", row.least, row.least * 2, row.most);
  return fmt::format("{} to {} in steps of {}", row.least, row.most, row.step);
}

// What is wrong with a size, with the key to blame.
struct Wrong {
  std::string_view key;
  std::string message;
};
std::optional<Wrong> check_fargate(int cpu, int memory) {
  auto const row = std::ranges::find(kFargate, cpu, &Fargate::cpu);
  if (row == std::end(kFargate)) {
    return Wrong{
        "cpu",
        fmt::format(
            "{} is no size of Fargate; write 256, 512, 1024, 2048, 4096, 8192 or 16384", cpu
        )
    };
  }
  if (fits(*row, memory)) return {};
  auto message = fmt::format(
      "{} MiB do not go with {} units of CPU on Fargate; write {}", memory, cpu, memory_of(*row)
  );
  auto const other =
      std::ranges::find_if(kFargate, [memory](const Fargate& one) { return fits(one, memory); });
  if (other != std::end(kFargate)) message += fmt::format(", or `cpu: {}`", other->cpu);
  return Wrong{"memory", std::move(message)};
}

void check_size(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs()) return;
  if (auto wrong = check_fargate(manifest.size.cpu, manifest.size.memory)) {
    findings.add("size." + std::string(wrong->key), std::move(wrong->message));
  }
}

void check_own_sizes(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || !is_each_alone(manifest)) return;
  for (auto const& server : manifest.servers) {
    if (!server.cpu && !server.memory) continue;
    auto const cpu = server.cpu.value_or(manifest.size.cpu);
    auto const memory = server.memory.value_or(manifest.size.memory);
    if (auto wrong = check_fargate(cpu, memory)) {
      findings.add(server, wrong->key, std::move(wrong->message));
    }
  }
}

// Keys of a server that has a task of its own.
constexpr std::string_view kOfOwnTasks[] = {"cpu", "memory", "min", "max"};

void check_own_keys(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || is_each_alone(manifest)) return;
  for (auto const& server : manifest.servers) {
    for (auto const key : kOfOwnTasks) {
      if (!findings.is_written(server, key)) continue;
      auto const shared = key == "cpu" || key == "memory" ? "size" : "scaling";
      findings.add(
          server,
          key,
          fmt::format(
              "has no effect while all servers share one task; write `layout: task-per-server`, or "
              "`{}.{}` for all",
              shared,
              key
          )
      );
    }
  }
}

// The containers of the one task that holds all servers: davitd, and each image.
std::size_t count_containers(const Manifest& manifest) {
  auto const images = std::ranges::count_if(manifest.servers, &Server::is_image);
  auto const is_davitd = static_cast<std::size_t>(images) < manifest.servers.size();
  return static_cast<std::size_t>(images) + (is_davitd ? 1 : 0);
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: target groups
// of one service.
constexpr std::size_t kMaxContainers = 5;

void check_containers(const Manifest& manifest, Findings& findings) {
  if (is_each_alone(manifest)) return;
  auto const count = count_containers(manifest);
  if (manifest.on_lambda() && count > 1) {
    findings.add(
        "layout",
        fmt::format(
            "puts {} images into one function, and a function has one; write `layout: "
            "task-per-server`",
            count
        )
    );
  }
  if (manifest.on_ecs() && count > kMaxContainers) {
    findings.add(
        "layout",
        fmt::format(
            "puts {} containers behind the balancer in one task, and ECS takes {}; write `layout: "
            "task-per-server`",
            count,
            kMaxContainers
        )
    );
  }
}

// ELB user guide, "Quotas": target groups of one Application Load Balancer; a release that shifts
// traffic needs two for each container.
constexpr std::size_t kMaxTargetGroups = 100;

void check_target_groups(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs() || !is_each_alone(manifest)) return;
  std::size_t const each = manifest.release.strategy == Strategy::rolling ? 1 : 2;
  if (manifest.servers.size() * each <= kMaxTargetGroups) return;
  findings.add(
      "servers",
      fmt::format(
          "are {} and need {} target groups, and one balancer has {}; divide them among "
          "several manifests{}",
          manifest.servers.size(),
          manifest.servers.size() * each,
          kMaxTargetGroups,
          each == 2 ? ", or write `release.strategy: rolling`" : ""
      )
  );
}

// Containers of one task share its ports.
struct Taken {
  int port;
  std::string by;
};

std::vector<Taken> ports_of_ours(const Manifest& manifest, bool is_davitd) {
  std::vector<Taken> taken;
  if (is_davitd) {
    taken.push_back({8080, "davitd"});
    taken.push_back({8079, "davitd's replicas"});
  }
  if (manifest.traces != Traces::none && manifest.traces_endpoint.empty()) {
    // https://aws-otel.github.io/docs/setup/ecs: gRPC, HTTP, X-Ray and health of the collector.
    for (auto const port : {4317, 4318, 2000, 13133})
      taken.push_back({port, "the trace collector"});
  }
  return taken;
}

void check_ports(const Manifest& manifest, Findings& findings) {
  if (!manifest.on_ecs()) return;
  auto const is_alone = is_each_alone(manifest);
  auto const is_davitd = std::ranges::any_of(manifest.servers, std::not_fn(&Server::is_image));
  auto taken = ports_of_ours(manifest, is_davitd && !is_alone);
  for (auto const& server : manifest.servers) {
    if (!server.is_image()) continue;
    auto const other = std::ranges::find(taken, int{server.port}, &Taken::port);
    if (other == taken.end()) {
      if (!is_alone) taken.push_back({server.port, "`servers." + server.name() + '`'});
      continue;
    }
    findings.add(
        server,
        "port",
        fmt::format(
            "{} is the port of {} in the same task; let the image listen on another one and write "
            "it{}",
            server.port,
            other->by,
            is_alone ? "" : ", or write `layout: task-per-server`"
        )
    );
  }
}

int most_tasks(const Manifest& manifest, const Server& server) {
  return is_each_alone(manifest) ? server.max.value_or(manifest.scaling.max) : manifest.scaling.max;
}

// Sessions of images: ours are sealed, and any replica can take them.
void check_sessions(const Manifest& manifest, Findings& findings) {
  for (auto const& server : manifest.servers) {
    if (!server.is_image() || server.sessions == Sessions::stateless) continue;
    auto const is_known = server.sessions == Sessions::in_memory;
    if (manifest.on_lambda()) {
      findings.add(
          server,
          "sessions",
          is_known ? "are in memory, and each call may meet another instance of a function; run it "
                     "on ECS, or make the server stateless"
                   : "are not known, and each call may meet another instance of a function; write "
                     "`sessions: stateless` when the server keeps none, else run it on ECS"
      );
      continue;
    }
    auto const most = most_tasks(manifest, server);
    if (!manifest.on_ecs() || most == 1 || manifest.balancer.stickiness > 0s) continue;
    findings.add(
        server,
        "sessions",
        fmt::format(
            "{}, and up to {} tasks share the calls, so that a session would be lost in the next "
            "one; write {}`balancer.stickiness: 24h` for clients that keep cookies, or {}: 1`",
            is_known ? "are in memory" : "are not known",
            most,
            is_known ? "" : "`sessions: stateless` when the server keeps none, ",
            is_each_alone(manifest) ? "`min: 1` and `max" : "`scaling.min: 1` and `scaling.max"
        )
    );
  }
}

constexpr Check kChecks[] = {
    {"size", check_size},
    {"size server layout", check_own_sizes},
    {"servers layout", check_own_keys},
    {"servers layout", check_containers},
    {"servers layout release", check_target_groups},
    {"servers layout traces", check_ports},
    {"server layout scaling balancer", check_sessions},
};

}  // namespace

std::span<const Check> task_checks() { return kChecks; }

}  // namespace davit::manifest
