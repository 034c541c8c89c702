// A small git: blobs, trees, commits, branches and tags in memory, with real git ids, so that
// diffs, comparisons and merges follow from the contents.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/time_text.h"

namespace davit::sandbox::gitlab {

struct Blob {
  std::string content;
  std::string id;
};

struct File {
  std::shared_ptr<const Blob> blob;
  bool executable = false;

  std::string_view content() const { return blob->content; }
  std::string_view mode() const { return executable ? "100755" : "100644"; }
  bool operator==(const File& other) const {
    return blob->id == other.blob->id && executable == other.executable;
  }
};

// Full path -> file.
using Snapshot = std::map<std::string, File, std::less<>>;

struct Signature {
  std::string name;
  std::string email;
  Time when;
};

struct Commit {
  std::string id;
  std::size_t number = 0;  // in the order of their making
  std::vector<std::string> parents;
  std::string message;
  Signature author;
  Signature committer;
  Snapshot files;

  std::string_view title() const;
};

// The order of a log; commits of one moment keep the order of their making.
bool is_newer(const Commit* a, const Commit* b);

struct Tag {
  std::string name;
  std::string target;   // commit id
  std::string message;  // empty for a lightweight tag
  Time created;
};

// One entry of a directory.
struct TreeEntry {
  std::string id;
  std::string name;
  std::string path;
  bool is_directory = false;
  std::string_view mode;
};

std::shared_ptr<const Blob> make_blob(std::string content);

class Repository {
 public:
  std::string default_branch = "main";
  std::map<std::string, std::string, std::less<>> branches;  // name -> commit id
  std::map<std::string, Tag, std::less<>> tags;

  // Records a commit and gives its id; no branch moves.
  std::string add_commit(
      std::vector<std::string> parents, std::string message, Signature author, Snapshot files
  );

  // By full id; null when there is none.
  const Commit* find(std::string_view id) const;
  // By branch, tag, "HEAD", full id or an unambiguous beginning of at least four characters.
  const Commit* resolve(std::string_view revision) const;

  // Newest first: every commit that `from` reaches and `without` does not.
  std::vector<const Commit*> log(const Commit& from, const Commit* without = nullptr) const;
  // Best common ancestor; null when the histories have nothing in common.
  const Commit* merge_base(const Commit& a, const Commit& b) const;
  // True when `descendant` reaches `ancestor`, or is it.
  bool reaches(const Commit& descendant, const Commit& ancestor) const;

 private:
  std::set<const Commit*> reachable(const Commit& from) const;

  std::map<std::string, Commit, std::less<>> commits_;
};

// Sorted as git lists: directories first in GitLab's API, each by name. Empty when `directory` is
// not there. `recursive` descends.
std::vector<TreeEntry> list_tree(const Snapshot& files, std::string_view directory, bool recursive);

// Joins the changes from `base` to `ours` and to `theirs`; nothing when they conflict.
std::optional<Snapshot> merge_snapshots(
    const Snapshot& base, const Snapshot& ours, const Snapshot& theirs
);

}  // namespace davit::sandbox::gitlab
