#include "app/local/scratch.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace davit::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "dry-run-";

}  // namespace

Scratch::Scratch(const fs::path& beside) {
  auto name = (beside / kName).string() + "XXXXXX";
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

void remove_old_scratch(const fs::path& beside) {
  auto const limit = fs::file_time_type::clock::now() - std::chrono::hours(1);
  std::vector<fs::path> old;
  std::error_code error;
  for (fs::directory_iterator entry(beside, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    auto const is_scratch = entry->path().filename().string().starts_with(kName);
    if (is_scratch && entry->last_write_time(gone) < limit && !gone) old.push_back(entry->path());
  }
  for (auto const& path : old) fs::remove_all(path, error);
}

}  // namespace davit::app
