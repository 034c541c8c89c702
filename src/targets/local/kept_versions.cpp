#include "targets/local/kept_versions.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "json/pretty.h"
#include "targets/local/files.h"
#include "targets/local/version.h"
#include "targets/local/version_json.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

struct Found {
  fs::path path;
  fs::file_time_type time;  // of its version.json
  bool is_whole = false;
};

std::vector<Found> find_versions(const fs::path& state) {
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator entry(state / "versions", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code missing;
    auto const time = fs::last_write_time(entry->path() / kVersionFile, missing);
    found.push_back({entry->path(), time, !missing});
  }
  return found;
}

// What make_version or copy_version had begun, and nothing that somebody else has put there.
bool is_unfinished(const fs::path& folder) {
  constexpr std::string_view kParts[] = {"davitd", "davitd.yaml", kVersionFile};
  constexpr std::string_view kDraft = ".new";
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(folder, error))) return false;
  if (fs::exists(folder / kVersionFile, error) || error) return false;
  for (fs::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    auto name = file->path().filename().string();
    if (name.ends_with(kDraft)) name.resize(name.size() - kDraft.size());
    if (std::ranges::find(kParts, name) == std::end(kParts)) return false;
  }
  return !error;
}

Result<> copy_files(const fs::path& from, const fs::path& to) {
  DAVIT_CHECK(make_folder(to));
  std::error_code error;
  for (fs::directory_iterator file(from, error), end; !error && file != end;
       file.increment(error)) {
    auto const name = file->path().filename();
    if (name != kVersionFile) DAVIT_CHECK(local::copy_file(file->path(), to / name));
  }
  if (!error) return {};
  return Error(
      ErrorKind::unavailable, fmt::format("cannot read {}: {}", from.string(), error.message())
  );
}

}  // namespace

std::vector<std::string> kept_versions(const fs::path& state) {
  std::vector<std::string> names;
  for (auto const& version : find_versions(state)) {
    if (version.is_whole) names.push_back(version.path.filename().string());
  }
  return names;
}

Result<> copy_version(const fs::path& state, const std::string& from, const std::string& to) {
  auto const target = version_folder(state, to);
  std::error_code error;
  if (fs::exists(target, error))
    return Error(ErrorKind::conflict, fmt::format("there is a version {} already", to));
  DAVIT_TRY(auto version, read_version(state, from));
  version.release = to;
  auto copied = copy_files(version_folder(state, from), target);
  if (copied)
    copied = write_atomically(target / kVersionFile, json::pretty(to_json(version)) + '\n');
  // A full disk is not to be filled with halves.
  if (!copied) fs::remove_all(target, error);
  return copied;
}

void remove_version(const fs::path& state, const std::string& release) {
  std::error_code error;
  fs::remove_all(version_folder(state, release), error);
}

void remove_unfinished_versions(const fs::path& state) {
  std::error_code error;
  for (auto const& version : find_versions(state)) {
    if (!version.is_whole && is_unfinished(version.path)) fs::remove_all(version.path, error);
  }
}

void remove_old_versions(
    const fs::path& state, const std::vector<std::string>& keep, std::size_t count
) {
  auto found = find_versions(state);
  // One without its file may be being made.
  std::erase_if(found, [](const Found& version) { return !version.is_whole; });
  std::ranges::sort(found, std::ranges::greater(), &Found::time);
  std::error_code error;
  for (auto i = count; i < found.size(); ++i) {
    auto const& path = found[i].path;
    if (std::ranges::find(keep, path.filename().string()) != keep.end()) continue;
    fs::remove_all(path, error);
  }
}

}  // namespace davit::local
