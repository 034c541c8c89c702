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

constexpr std::string_view kName = "dry-run-";
constexpr std::string_view kEnding = "XXXXXX";

// Not what somebody else has named like one.
bool is_scratch(const fs::directory_entry& entry) {
  auto const name = entry.path().filename().string();
  std::error_code error;
  return name.starts_with(kName) && name.size() == kName.size() + kEnding.size() &&
         fs::is_directory(entry.symlink_status(error));
}

}  // namespace

Scratch::Scratch(const fs::path& beside) {
  auto name = (beside / kName).string().append(kEnding);
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
    if (is_scratch(*entry) && entry->last_write_time(gone) < limit && !gone)
      old.push_back(entry->path());
  }
  for (auto const& path : old) fs::remove_all(path, error);
}

}  // namespace davit::app
