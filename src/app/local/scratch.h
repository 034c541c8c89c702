// Scratch: a folder that is gone with its owner.
#pragma once

#include <filesystem>

namespace davit::app {

class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& beside);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Empty when it could not be made.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace davit::app
