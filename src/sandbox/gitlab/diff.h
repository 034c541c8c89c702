// Line diffs, and what changed between two snapshots.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/gitlab/git.h"

namespace davit::sandbox::gitlab {

// A run of lines that differs: [old_begin, old_end) became [new_begin, new_end), counted from 0.
struct Change {
  std::size_t old_begin, old_end, new_begin, new_end;
};

// With their line ends. Text without a final line end gives a last line without one.
std::vector<std::string_view> lines_of(std::string_view text);

std::vector<Change> diff_lines(
    const std::vector<std::string_view>& before, const std::vector<std::string_view>& after
);

// Hunks with three lines of context, without file headers: what GitLab calls `diff`.
std::string hunks(std::string_view before, std::string_view after);

// Joins two edits of one text; nothing when they touch the same lines.
std::optional<std::string> merge_texts(
    std::string_view base, std::string_view ours, std::string_view theirs
);

struct FileDiff {
  std::string old_path;
  std::string new_path;
  std::string_view old_mode = "0";
  std::string_view new_mode = "0";
  std::string old_id = std::string(40, '0');  // of the blobs
  std::string new_id = std::string(40, '0');
  bool is_new = false;
  bool is_renamed = false;
  bool is_deleted = false;
  bool is_generated = false;
  std::string hunks;
  int additions = 0;
  int deletions = 0;
};

// "--- a/x\n+++ b/x\n"; empty when there are no hunks.
std::string file_header(const FileDiff& diff);
// The patch as `git diff` prints it.
std::string to_patch(const FileDiff& diff);

// Ordered by path. A deleted and a new file that share most of their lines count as renamed.
std::vector<FileDiff> diff_snapshots(const Snapshot& before, const Snapshot& after);

}  // namespace davit::sandbox::gitlab
