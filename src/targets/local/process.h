// Processes of this machine as /proc shows them (man 5 proc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::local {

// Files of /proc have no size: one is read until it ends, or is too long to be believed.
std::optional<std::string> read_proc(const std::string& path, std::size_t most = 1024 * 1024);

struct ProcessStat {
  char state = 0;  // 'Z': it has ended, and nobody asked how
  int session = 0;
  std::uint64_t started = 0;  // clock ticks since boot
};
std::optional<ProcessStat> read_stat(int pid);

// Of this very process. A zombie has ended; unknown: it may be there, but /proc cannot be read, as
// when no descriptor is left. Nobody may be ended, nor started in its place, for that.
enum class Presence { running, ended, unknown };
Presence presence_of(int pid, std::uint64_t started);
// As far as can be seen: one that is unknown does.
bool runs(int pid, std::uint64_t started);

// No process has this pid, not even a zombie. Needs no descriptor.
bool is_gone(int pid);

// Ends at once what is left of the group that this process leads or led. When the pid is another
// process's by now nothing is left of it, for the kernel gives away no number that a group has.
// Does nothing when /proc does not say whose it is.
void kill_group(int pid, std::uint64_t started);

// The variable by which processes are found whose start was not written down any more: MARK/ID.
inline constexpr std::string_view kTaskVariable = "DAVIT_TASK";

// Of the folder that its owner keeps: that of the state for tasks, its own for the balancer.
std::string mark_of(const std::filesystem::path& folder);

struct MarkedProcess {
  int pid = 0;
  std::uint64_t started = 0;
  std::string id;          // "davitd-3"
  bool is_leader = false;  // of the session: the process that was started, none of its children
  int session = 0;
};
// All of our own user with the mark.
std::vector<MarkedProcess> find_marked(std::string_view mark);

}  // namespace davit::local
