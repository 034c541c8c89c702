// Scratch: a folder that is gone with its owner.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace davit::app {

class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& beside);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Errors: unavailable: it could not be made.
  Result<> check() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int code_ = 0;
};

// Removes those that are older than an hour: their owners were killed.
void remove_old_scratch(const std::filesystem::path& beside);

}  // namespace davit::app
