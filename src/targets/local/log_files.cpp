#include "targets/local/log_files.h"

#include <algorithm>
#include <map>
#include <unistd.h>

#include <fmt/format.h>

#include "targets/local/files.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

fs::path numbered(const fs::path& file, int number) {
  auto path = file;
  path += fmt::format(".{}", number);
  return path;
}

// "davitd-3" of davitd-3.log.2; empty when it is no log.
std::string id_of(const fs::path& file) {
  auto const name = file.filename().string();
  auto const end = name.find(".log");
  return end == std::string::npos ? std::string() : name.substr(0, end);
}

}  // namespace

fs::path log_file(const fs::path& folder, const std::string& id) {
  return folder / "logs" / (id + ".log");
}

void rotate(const fs::path& file, std::size_t most, int files) {
  std::error_code error;
  auto const size = fs::file_size(file, error);
  if (error || size <= most) return;
  // One is the file itself.
  auto const last = files - 1;
  for (auto number = last; number > 1; --number)
    fs::rename(numbered(file, number - 1), numbered(file, number), error);
  // Without room for the copy it is still emptied: a full disk helps nobody.
  if (last > 0) (void)local::copy_file(file, numbered(file, 1));
  if (::truncate(file.c_str(), 0) != 0) return;
  fs::remove(numbered(file, last + 1), error);
}

std::vector<fs::path> log_files_of(const fs::path& file) {
  std::vector<fs::path> files;
  std::error_code error;
  if (fs::exists(file, error)) files.push_back(file);
  for (int number = 1; fs::exists(numbered(file, number), error); ++number)
    files.push_back(numbered(file, number));
  std::ranges::reverse(files);
  return files;
}

void remove_old_logs(
    const fs::path& folder, const std::vector<std::string>& ids, std::size_t count
) {
  struct Log {
    fs::file_time_type newest = fs::file_time_type::min();
    std::vector<fs::path> files;
  };
  std::map<std::string, Log> logs;
  std::error_code error;
  for (fs::directory_iterator entry(folder / "logs", error), end; !error && entry != end;
       entry.increment(error)) {
    auto const id = id_of(entry->path());
    if (id.empty() || std::ranges::find(ids, id) != ids.end()) continue;
    std::error_code gone;
    auto& log = logs[id];
    log.newest = std::max(log.newest, fs::last_write_time(entry->path(), gone));
    log.files.push_back(entry->path());
  }
  std::vector<const Log*> sorted;
  for (auto const& [id, log] : logs) sorted.push_back(&log);
  std::ranges::sort(sorted, std::ranges::greater(), &Log::newest);
  for (auto i = count; i < sorted.size(); ++i) {
    for (auto const& file : sorted[i]->files) fs::remove(file, error);
  }
}

}  // namespace davit::local
