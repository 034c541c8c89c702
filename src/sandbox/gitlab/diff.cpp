#include "sandbox/gitlab/diff.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace davit::sandbox::gitlab {
namespace {

constexpr std::size_t kContext = 3;
// Above this many pairs of lines the middle counts as replaced as a whole.
constexpr std::size_t kMaxCells = 16'000'000;
// Git's default for renames.
constexpr double kSimilar = 0.5;

using Lines = std::vector<std::string_view>;

// Longest common subsequence by dynamic programming over the part between common ends.
void diff_middle(
    const Lines& before, const Lines& after, Change middle, std::vector<Change>& changes
) {
  auto const rows = middle.old_end - middle.old_begin;
  auto const columns = middle.new_end - middle.new_begin;
  if (rows == 0 && columns == 0) return;
  if (rows == 0 || columns == 0 || rows * columns > kMaxCells) {
    changes.push_back(middle);
    return;
  }
  std::vector<std::uint32_t> length((rows + 1) * (columns + 1));
  auto const cell = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
    return length[row * (columns + 1) + column];
  };
  for (auto row = rows; row-- > 0;) {
    for (auto column = columns; column-- > 0;) {
      auto const equal = before[middle.old_begin + row] == after[middle.new_begin + column];
      cell(row, column) = equal ? cell(row + 1, column + 1) + 1
                                : std::max(cell(row + 1, column), cell(row, column + 1));
    }
  }
  std::size_t row = 0;
  std::size_t column = 0;
  while (row < rows || column < columns) {
    auto const begin_row = row;
    auto const begin_column = column;
    while (row < rows || column < columns) {
      auto const both = row < rows && column < columns;
      if (both && before[middle.old_begin + row] == after[middle.new_begin + column]) break;
      if (row < rows && (column == columns || cell(row + 1, column) >= cell(row, column + 1))) {
        ++row;
      } else {
        ++column;
      }
    }
    if (row != begin_row || column != begin_column) {
      changes.push_back(
          {middle.old_begin + begin_row,
           middle.old_begin + row,
           middle.new_begin + begin_column,
           middle.new_begin + column}
      );
    }
    while (row < rows && column < columns &&
           before[middle.old_begin + row] == after[middle.new_begin + column]) {
      ++row;
      ++column;
    }
  }
}

void append_line(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

// "@@ -3,7 +3,9 @@"; a range of one line has no count, an empty one starts at the line before.
std::string range(std::size_t begin, std::size_t count) {
  if (count == 0) return fmt::format("{},0", begin);
  return count == 1 ? fmt::format("{}", begin + 1) : fmt::format("{},{}", begin + 1, count);
}

bool is_generated(std::string_view path) {
  // A part of GitLab's list of files that are generated (linguist's rules).
  constexpr std::array kNames{
      "package-lock.json",
      "yarn.lock",
      "pnpm-lock.yaml",
      "Cargo.lock",
      "go.sum",
      "poetry.lock",
      "composer.lock",
      "Gemfile.lock"
  };
  auto const name = path.substr(path.rfind('/') + 1);
  return std::ranges::find(kNames, name) != kNames.end() || name.ends_with(".min.js");
}

double similarity(std::string_view a, std::string_view b) {
  auto const before = lines_of(a);
  auto const after = lines_of(b);
  std::multiset<std::string_view> left(before.begin(), before.end());
  std::size_t shared = 0;
  for (auto const line : after) {
    if (auto const found = left.find(line); found != left.end()) {
      left.erase(found);
      ++shared;
    }
  }
  auto const longer = std::max(before.size(), after.size());
  return longer == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(longer);
}

void fill(FileDiff& diff, const File* old_file, const File* new_file) {
  diff.is_generated = is_generated(diff.new_path);
  auto const before = old_file == nullptr ? std::string_view() : old_file->content();
  auto const after = new_file == nullptr ? std::string_view() : new_file->content();
  if (old_file != nullptr) {
    diff.old_id = old_file->blob->id;
    diff.old_mode = old_file->mode();
  }
  if (new_file != nullptr) {
    diff.new_id = new_file->blob->id;
    diff.new_mode = new_file->mode();
  }
  if (before.find('\0') != before.npos || after.find('\0') != after.npos) {
    diff.hunks = fmt::format("Binary files a/{} and b/{} differ\n", diff.old_path, diff.new_path);
    return;
  }
  auto const old_lines = lines_of(before);
  auto const new_lines = lines_of(after);
  for (auto const& change : diff_lines(old_lines, new_lines)) {
    diff.deletions += static_cast<int>(change.old_end - change.old_begin);
    diff.additions += static_cast<int>(change.new_end - change.new_begin);
  }
  diff.hunks = hunks(before, after);
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    auto const end = text.find('\n');
    auto const size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::vector<Change> diff_lines(const Lines& before, const Lines& after) {
  Change middle{0, before.size(), 0, after.size()};
  while (middle.old_begin < middle.old_end && middle.new_begin < middle.new_end &&
         before[middle.old_begin] == after[middle.new_begin]) {
    ++middle.old_begin;
    ++middle.new_begin;
  }
  while (middle.old_begin < middle.old_end && middle.new_begin < middle.new_end &&
         before[middle.old_end - 1] == after[middle.new_end - 1]) {
    --middle.old_end;
    --middle.new_end;
  }
  std::vector<Change> changes;
  diff_middle(before, after, middle, changes);
  return changes;
}

std::string hunks(std::string_view before_text, std::string_view after_text) {
  auto const before = lines_of(before_text);
  auto const after = lines_of(after_text);
  auto const changes = diff_lines(before, after);
  std::string out;
  for (std::size_t first = 0; first < changes.size();) {
    auto last = first;
    while (last + 1 < changes.size() &&
           changes[last + 1].old_begin - changes[last].old_end <= 2 * kContext) {
      ++last;
    }
    auto const lead = std::min(kContext, changes[first].old_begin);
    auto const trail = std::min(kContext, before.size() - changes[last].old_end);
    auto const old_begin = changes[first].old_begin - lead;
    auto const new_begin = changes[first].new_begin - lead;
    out += fmt::format(
        "@@ -{} +{} @@\n",
        range(old_begin, changes[last].old_end + trail - old_begin),
        range(new_begin, changes[last].new_end + trail - new_begin)
    );
    auto line = old_begin;
    for (auto i = first; i <= last; ++i) {
      for (; line < changes[i].old_begin; ++line) append_line(out, ' ', before[line]);
      for (; line < changes[i].old_end; ++line) append_line(out, '-', before[line]);
      for (auto j = changes[i].new_begin; j < changes[i].new_end; ++j) {
        append_line(out, '+', after[j]);
      }
    }
    for (std::size_t i = 0; i < trail; ++i) append_line(out, ' ', before[line++]);
    first = last + 1;
  }
  return out;
}

std::optional<std::string> merge_texts(
    std::string_view base_text, std::string_view ours_text, std::string_view theirs_text
) {
  auto const base = lines_of(base_text);
  auto const ours = lines_of(ours_text);
  auto const theirs = lines_of(theirs_text);
  auto const mine = diff_lines(base, ours);
  auto const other = diff_lines(base, theirs);
  std::string out;
  std::size_t line = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  auto const apply = [&](const Change& change, const Lines& lines) {
    for (; line < change.old_begin; ++line) out += base[line];
    for (auto k = change.new_begin; k < change.new_end; ++k) out += lines[k];
    line = change.old_end;
  };
  while (i < mine.size() || j < other.size()) {
    if (j == other.size()) {
      apply(mine[i++], ours);
    } else if (i == mine.size()) {
      apply(other[j++], theirs);
    } else if (mine[i].old_end < other[j].old_begin) {
      apply(mine[i++], ours);
    } else if (other[j].old_end < mine[i].old_begin) {
      apply(other[j++], theirs);
    } else {
      return std::nullopt;  // changes that touch are a conflict, as in git
    }
  }
  for (; line < base.size(); ++line) out += base[line];
  return out;
}

std::string to_patch(const FileDiff& diff) {
  auto text = fmt::format("diff --git a/{} b/{}\n", diff.old_path, diff.new_path);
  if (diff.is_new) text += fmt::format("new file mode {}\n", diff.new_mode);
  if (diff.is_deleted) text += fmt::format("deleted file mode {}\n", diff.old_mode);
  if (diff.is_renamed) {
    text += fmt::format("rename from {}\nrename to {}\n", diff.old_path, diff.new_path);
  }
  text += fmt::format("index {}..{}", diff.old_id.substr(0, 10), diff.new_id.substr(0, 10));
  if (diff.old_mode == diff.new_mode) text += fmt::format(" {}", diff.new_mode);
  text += '\n';
  return text + file_header(diff) + diff.hunks;
}

std::string file_header(const FileDiff& diff) {
  if (!diff.hunks.starts_with("@@")) return {};
  return fmt::format(
      "--- {}\n+++ {}\n",
      diff.is_new ? "/dev/null" : "a/" + diff.old_path,
      diff.is_deleted ? "/dev/null" : "b/" + diff.new_path
  );
}

std::vector<FileDiff> diff_snapshots(const Snapshot& before, const Snapshot& after) {
  std::vector<FileDiff> diffs;
  std::set<std::string_view> gone;
  for (auto const& [path, file] : before) {
    if (!after.contains(path)) gone.insert(path);
  }
  for (auto const& [path, file] : after) {
    FileDiff diff{.old_path = path, .new_path = path};
    auto const old = before.find(path);
    if (old != before.end()) {
      if (old->second == file) continue;
      fill(diff, &old->second, &file);
      diffs.push_back(std::move(diff));
      continue;
    }
    const File* moved = nullptr;
    auto const source = std::ranges::max_element(gone, {}, [&](std::string_view candidate) {
      return similarity(before.find(candidate)->second.content(), file.content());
    });
    if (source != gone.end()) {
      auto const& candidate = before.find(*source)->second;
      if (similarity(candidate.content(), file.content()) >= kSimilar) {
        moved = &candidate;
        diff.old_path = *source;
        gone.erase(source);
      }
    }
    diff.is_renamed = moved != nullptr;
    diff.is_new = moved == nullptr;
    fill(diff, moved, &file);
    diffs.push_back(std::move(diff));
  }
  for (auto const path : gone) {
    FileDiff diff{.old_path = std::string(path), .new_path = std::string(path)};
    diff.is_deleted = true;
    fill(diff, &before.find(path)->second, nullptr);
    diffs.push_back(std::move(diff));
  }
  std::ranges::sort(diffs, {}, &FileDiff::new_path);
  return diffs;
}

}  // namespace davit::sandbox::gitlab
