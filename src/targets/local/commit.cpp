#include "targets/local/commit.h"

#include <algorithm>

#include "base/strings.h"
#include "targets/local/files.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

// The first line of a file, without blanks at its ends.
std::string first_line(const fs::path& file) {
  auto const text = read_file(file, 64 * 1024);
  if (!text) return "";
  auto line = std::string_view(*text).substr(0, text->find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(trim(line));
}

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// gitrepository-layout(5): `.git` is a folder, or a file that names it, as in a worktree.
fs::path git_folder(const fs::path& dot_git) {
  std::error_code error;
  if (fs::is_directory(dot_git, error)) return dot_git;
  auto const line = first_line(dot_git);
  constexpr std::string_view kWord = "gitdir: ";
  if (!line.starts_with(kWord)) return {};
  return dot_git.parent_path() / line.substr(kWord.size());
}

std::string packed(const fs::path& git, std::string_view name) {
  constexpr std::size_t kMost = 16 * 1024 * 1024;
  auto const text = read_file(git / "packed-refs", kMost);
  if (!text) return "";
  for (auto const line : split(*text, '\n')) {
    auto const blank = line.find(' ');
    if (blank != std::string_view::npos && line.substr(blank + 1) == name)
      return std::string(line.substr(0, blank));
  }
  return "";
}

std::string head_of(const fs::path& git) {
  auto head = first_line(git / "HEAD");
  constexpr std::string_view kWord = "ref: ";
  if (!head.starts_with(kWord)) return head;
  auto const name = head.substr(kWord.size());
  // Branches are shared by all worktrees of a repository.
  auto const shared = first_line(git / "commondir");
  auto const common = shared.empty() ? git : git / shared;
  auto commit = first_line(common / name);
  return commit.empty() ? packed(common, name) : commit;
}

}  // namespace

std::string commit_of(fs::path folder) {
  std::error_code error;
  folder = fs::absolute(folder, error);
  for (;; folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error)) break;
    if (folder == folder.parent_path()) return "";
  }
  auto const git = git_folder(folder / ".git");
  auto commit = git.empty() ? std::string() : head_of(git);
  return is_commit(commit) ? commit : "";
}

}  // namespace davit::local
