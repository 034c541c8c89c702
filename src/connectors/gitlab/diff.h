// Diff: hunks as GitLab returns them, counted, and with the line numbers that a comment needs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace davit::connectors::gitlab {

struct DiffCounts {
  int added = 0;
  int removed = 0;
};

DiffCounts count_lines(std::string_view diff);

// A line of a hunk. 0 is for the side that does not have it.
struct DiffLine {
  int old_line = 0;
  int new_line = 0;
};

std::vector<DiffLine> lines_of(std::string_view diff);

// Each line with its old and new number: "  12   13  context", "  13      -removed", "       14
// +new". Leaves out the first `skip` lines and ends before `max_bytes` as JSON, with a line that
// says so, but not before one line.
struct NumberedDiff {
  std::string text;
  std::size_t bytes = 0;  // of it as JSON
  std::size_t lines = 0;  // of the diff, that are in it
  bool is_cut = false;
};
NumberedDiff with_line_numbers(std::string_view diff, std::size_t max_bytes, std::size_t skip = 0);

}  // namespace davit::connectors::gitlab
