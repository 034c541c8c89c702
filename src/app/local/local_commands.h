// The commands of releases on this machine: up, deploy, status, wait, continue, rollback, stop,
// scale, logs, history, doctor; and completion.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"

namespace CLI {
class App;
}

namespace davit::app {

class LocalCommands {
 public:
  // Adds them. Must live until the command line has been parsed.
  explicit LocalCommands(CLI::App& cli);
  ~LocalCommands();
  LocalCommands(const LocalCommands&) = delete;
  LocalCommands& operator=(const LocalCommands&) = delete;

  // Runs the one that was chosen; nothing when it was none of these.
  std::optional<Result<int>> run() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit::app
