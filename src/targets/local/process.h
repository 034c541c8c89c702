// Processes of this machine as /proc shows them (man 5 proc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::local {

struct ProcessStat {
  char state = 0;  // 'Z': it has ended, and nobody asked how
  int session = 0;
  std::uint64_t started = 0;  // clock ticks since boot
};
std::optional<ProcessStat> read_stat(int pid);

// Whether this very process still runs; a zombie does not.
bool runs(int pid, std::uint64_t started);

// The variable by which tasks are found whose start was not written down any more: DEPLOYMENT/ID.
inline constexpr std::string_view kTaskVariable = "DAVIT_TASK";

struct MarkedProcess {
  int pid = 0;
  std::uint64_t started = 0;
  std::string id;          // of its task
  bool is_leader = false;  // of the session: the process that was started, none of its children
};
// All of the deployment whose environment can be read, which is that of our own user.
std::vector<MarkedProcess> find_marked(std::string_view deployment);

}  // namespace davit::local
