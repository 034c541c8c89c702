// Starts processes that outlive us on purpose: neither Ctrl-C nor the end of our terminal reaches
// them, and nothing of ours stays open in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace davit::local {

struct DetachedCommand {
  std::vector<std::string> arguments;    // the program first, looked up in PATH
  std::vector<std::string> environment;  // "NAME=value", all of it
  std::filesystem::path log;             // for what it says, appended; made for its owner alone
  std::string directory;                 // where it runs; empty: where we do
  int input = -1;                        // its standard input, which stays ours; -1: nothing
};

struct DetachedProcess {
  int pid = 0;
  std::uint64_t started = 0;  // of /proc/PID/stat: a pid alone may be another's by now
};

// In a session of its own. It is our child until somebody waits for it. Errors: invalid_input (an
// empty command), not_found (the program, the directory), forbidden, unavailable.
Result<DetachedProcess> start_detached(DetachedCommand command);

}  // namespace davit::local
