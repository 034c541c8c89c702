// The process of HAProxy, of which one outlives us on purpose, and is found again by what was
// written down.
#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "async/async.h"
#include "targets/local/process.h"

namespace davit::local {

// Its master: the workers come and go with it. When it is killed, they finish what they have
// begun, and take nothing new.
struct HaproxyProcess {
  int pid = 0;
  std::uint64_t started = 0;  // of /proc/PID/stat: a pid alone may be another's by now
  std::uint16_t port = 0;

  Presence presence() const;
  bool is_running() const { return presence() != Presence::ended; }
  // To the master alone, which tells its workers; SIGKILL to them as well: a worker that hangs
  // would keep the port. To nobody while it is not known whose the pid is.
  void send_signal(int signal) const;
};

// What it says, in the folder of the balancer.
inline constexpr const char* kHaproxyLog = "haproxy.log";

// Starts it, and writes it down in `folder`, where what it says goes, too. Its environment says
// whose it is: when we are killed before it is written down, or it cannot be, it is found all the
// same. `input` is its standard input; -1: nothing. Errors: those of start_detached.
Result<HaproxyProcess> start_haproxy(
    std::vector<std::string> command,
    const std::filesystem::path& folder,
    std::uint16_t port,
    int input = -1
);
// The one of this folder that runs.
std::optional<HaproxyProcess> find_process(const std::filesystem::path& folder);

// Its workers whose master is dead, which nobody steers any more. They end by themselves once they
// have finished what they had begun, unless they hang.
std::vector<int> find_orphans(const std::filesystem::path& folder);
// SIGKILL to them; how many they were.
std::size_t kill_orphans(const std::filesystem::path& folder);

// Until it can be listened on: whoever was killed may still be closing it, and an orphan that keeps
// it hangs and is killed. `port` 0 gives a free one. Errors: conflict, with who has it; those of
// check_port.
Async<std::uint16_t> wait_for_port(
    std::filesystem::path folder, std::string host, std::uint16_t port
);

// In PATH and /usr/sbin, where Debian puts it and which is not in the PATH of most users. Errors:
// not_found, with what to install.
Result<std::string> find_haproxy(const std::string& program);

}  // namespace davit::local
