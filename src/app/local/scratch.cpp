#include "app/local/scratch.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

namespace davit::app {

namespace fs = std::filesystem;

Scratch::Scratch(const fs::path& beside) {
  auto name = (beside / "dry-run-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) code_ = errno;
  // Never the current folder: one that was not made is found missing by who writes into it.
  path_ = code_ == 0 ? std::filesystem::path(name) : beside / "dry-run";
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (code_ == 0) fs::remove_all(path_, ignored);
}

Result<> Scratch::check() const {
  if (code_ == 0) return Result<>();
  return Error(
      ErrorKind::unavailable,
      fmt::format(
          "cannot make a folder in {}: {}",
          path_.parent_path().string(),
          std::error_code(code_, std::generic_category()).message()
      )
  );
}

}  // namespace davit::app
