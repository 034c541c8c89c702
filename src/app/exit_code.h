// The exit codes of davit, davitd and every other program that serves: a documented interface for
// scripts.
#pragma once

#include "base/result.h"

namespace davit::app {

enum class ExitCode : int {
  done = 0,
  failed = 1,
  differences = 2,  // a plan with --exit-code has changes
  usage = 3,        // wrong arguments, or an invalid configuration
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
