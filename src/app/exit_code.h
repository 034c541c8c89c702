// The exit codes of davit, davitd and every other program that serves: a documented interface for
// scripts.
#pragma once

#include "base/result.h"

namespace davit::app {

enum class ExitCode : int {
  done = 0,
  failed = 1,
  differences = 2,      // a plan or diff with --exit-code has changes
  usage = 3,            // wrong arguments, or an invalid configuration
  verification = 4,     // a server does not answer as it should
  refused = 5,          // the new version does not; nothing was shifted
  rolled_back = 6,      // the old version serves
  rollback_failed = 7,  // a person has to look
  still_running = 8,    // the time to wait was over, and the release goes on
  locked = 9,           // another release is under way
  interrupted = 130,
};

// The one mapping from our errors.
inline int to_exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_input: return static_cast<int>(ExitCode::usage);
    case ErrorKind::cancelled: return static_cast<int>(ExitCode::interrupted);
    default: return static_cast<int>(ExitCode::failed);
  }
}

}  // namespace davit::app
