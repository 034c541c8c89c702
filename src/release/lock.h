// One at a time: a lock file that names its holder, and that ends with the process.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/posix.h"
#include "base/result.h"

namespace davit::release {

class Lock {
 public:
  // Errors: conflict, with who holds it and since when; unavailable.
  static Result<Lock> take(const std::filesystem::path& file, const std::string& holder);

 private:
  explicit Lock(Descriptor opened) : opened_(std::move(opened)) {}
  Descriptor opened_;
};

// "ada@build-7, pid 4711".
std::string this_holder();

}  // namespace davit::release
