#include "sandbox/gitlab/git.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/diff.h"
#include "sandbox/gitlab/sha1.h"

namespace davit::sandbox::gitlab {
namespace {

// "<type> <size>\0<content>", hashed: git's object format (git book, 10.2).
std::string object_id(std::string_view type, std::string_view content) {
  auto object = fmt::format("{} {}", type, content.size());
  object += '\0';
  object += content;
  return sha1_hex(object);
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  auto const digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return bytes;
}

std::string tree_id(const Snapshot& files, std::string_view directory);

std::vector<TreeEntry> direct_entries(const Snapshot& files, std::string_view directory) {
  std::string prefix(directory);
  if (!prefix.empty()) prefix += '/';
  std::vector<TreeEntry> entries;
  for (auto i = files.lower_bound(prefix); i != files.end() && i->first.starts_with(prefix); ++i) {
    auto const rest = std::string_view(i->first).substr(prefix.size());
    auto const slash = rest.find('/');
    TreeEntry entry;
    entry.name = rest.substr(0, slash);
    entry.path = prefix + entry.name;
    entry.is_directory = slash != std::string_view::npos;
    if (!entries.empty() && entries.back().path == entry.path) continue;
    entry.id = entry.is_directory ? tree_id(files, entry.path) : i->second.blob->id;
    entry.mode = entry.is_directory ? "040000" : i->second.mode();
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string tree_id(const Snapshot& files, std::string_view directory) {
  auto entries = direct_entries(files, directory);
  // Git sorts a directory as if its name ended in a slash.
  std::ranges::sort(entries, {}, [](const TreeEntry& entry) {
    return entry.is_directory ? entry.name + '/' : entry.name;
  });
  std::string content;
  for (auto const& entry : entries) {
    content += fmt::format("{} {}", entry.is_directory ? "40000" : entry.mode, entry.name);
    content += '\0';
    content += from_hex(entry.id);
  }
  return object_id("tree", content);
}

std::string signature_line(const Signature& who) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(who.when).time_since_epoch();
  return fmt::format("{} <{}> {} +0000", who.name, who.email, seconds.count());
}

const File* find_file(const Snapshot& files, std::string_view path) {
  auto const found = files.find(path);
  return found == files.end() ? nullptr : &found->second;
}

bool same(const File* a, const File* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

}  // namespace

bool is_newer(const Commit* a, const Commit* b) {
  return std::pair(a->committer.when, a->number) > std::pair(b->committer.when, b->number);
}

std::string_view Commit::title() const {
  return std::string_view(message).substr(0, message.find('\n'));
}

std::shared_ptr<const Blob> make_blob(std::string content) {
  auto blob = std::make_shared<Blob>();
  blob->id = object_id("blob", content);
  blob->content = std::move(content);
  return blob;
}

std::string Repository::add_commit(
    std::vector<std::string> parents, std::string message, Signature author, Snapshot files
) {
  Commit commit;
  auto text = fmt::format("tree {}\n", tree_id(files, ""));
  for (auto const& parent : parents) text += fmt::format("parent {}\n", parent);
  text += fmt::format("author {0}\ncommitter {0}\n\n{1}", signature_line(author), message);
  commit.id = object_id("commit", text);
  commit.parents = std::move(parents);
  commit.message = std::move(message);
  commit.author = author;
  commit.committer = std::move(author);
  commit.files = std::move(files);
  commit.number = commits_.size();
  auto id = commit.id;
  commits_.emplace(id, std::move(commit));
  return id;
}

const Commit* Repository::find(std::string_view id) const {
  auto const found = commits_.find(id);
  return found == commits_.end() ? nullptr : &found->second;
}

const Commit* Repository::resolve(std::string_view revision) const {
  if (revision == "HEAD") revision = default_branch;
  if (revision.starts_with("refs/heads/")) revision.remove_prefix(11);
  if (revision.starts_with("refs/tags/")) revision.remove_prefix(10);
  if (auto const branch = branches.find(revision); branch != branches.end()) {
    return find(branch->second);
  }
  if (auto const tag = tags.find(revision); tag != tags.end()) return find(tag->second.target);
  if (revision.size() < 4) return nullptr;
  auto const first = commits_.lower_bound(revision);
  if (first == commits_.end() || !first->first.starts_with(revision)) return nullptr;
  auto const next = std::next(first);
  auto const is_ambiguous = next != commits_.end() && next->first.starts_with(revision);
  return is_ambiguous ? nullptr : &first->second;
}

std::set<const Commit*> Repository::reachable(const Commit& from) const {
  std::set<const Commit*> seen;
  std::vector<const Commit*> open{&from};
  while (!open.empty()) {
    auto const* commit = open.back();
    open.pop_back();
    if (commit == nullptr || !seen.insert(commit).second) continue;
    for (auto const& parent : commit->parents) open.push_back(find(parent));
  }
  return seen;
}

std::vector<const Commit*> Repository::log(const Commit& from, const Commit* without) const {
  auto const hidden = without == nullptr ? std::set<const Commit*>() : reachable(*without);
  std::vector<const Commit*> list;
  std::ranges::set_difference(reachable(from), hidden, std::back_inserter(list));
  std::ranges::sort(list, is_newer);
  return list;
}

const Commit* Repository::merge_base(const Commit& a, const Commit& b) const {
  std::set<const Commit*> shared;
  std::ranges::set_intersection(reachable(a), reachable(b), std::inserter(shared, shared.end()));
  // With a commit its ancestors are shared too; the base is one that no other shared one builds on.
  auto bases = shared;
  for (auto const* commit : shared) {
    for (auto const& parent : commit->parents) bases.erase(find(parent));
  }
  auto const newest = std::ranges::min_element(bases, is_newer);
  return newest == bases.end() ? nullptr : *newest;
}

bool Repository::reaches(const Commit& descendant, const Commit& ancestor) const {
  return reachable(descendant).contains(&ancestor);
}

std::vector<TreeEntry> list_tree(
    const Snapshot& files, std::string_view directory, bool recursive
) {
  auto entries = direct_entries(files, directory);
  auto const directories_first = [](const TreeEntry& entry) {
    return std::pair(!entry.is_directory, entry.path);
  };
  std::ranges::sort(entries, {}, directories_first);
  if (!recursive) return entries;
  std::vector<TreeEntry> all;
  for (auto& entry : entries) {
    auto const descend = entry.is_directory;
    auto const path = entry.path;
    all.push_back(std::move(entry));
    if (descend) std::ranges::move(list_tree(files, path, true), std::back_inserter(all));
  }
  std::ranges::sort(all, {}, directories_first);
  return all;
}

std::optional<Snapshot> merge_snapshots(
    const Snapshot& base, const Snapshot& ours, const Snapshot& theirs
) {
  auto merged = ours;
  std::set<std::string_view> paths;
  for (auto const& [path, file] : base) paths.insert(path);
  for (auto const& [path, file] : theirs) paths.insert(path);
  for (auto const path : paths) {
    auto const* before = find_file(base, path);
    auto const* mine = find_file(ours, path);
    auto const* other = find_file(theirs, path);
    if (same(before, other) || same(mine, other)) continue;
    if (same(before, mine)) {
      if (other == nullptr) {
        merged.erase(merged.find(path));
      } else {
        merged.insert_or_assign(std::string(path), *other);
      }
      continue;
    }
    if (before == nullptr || mine == nullptr || other == nullptr) return std::nullopt;
    auto text = merge_texts(before->content(), mine->content(), other->content());
    if (!text) return std::nullopt;
    merged.insert_or_assign(std::string(path), File{make_blob(*std::move(text)), mine->executable});
  }
  return merged;
}

}  // namespace davit::sandbox::gitlab
