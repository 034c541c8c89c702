#include "connectors/gitlab/diff.h"

#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/budget.h"
#include "connector/text.h"

namespace davit::connectors::gitlab {
namespace {

// What is longer is a minified file.
constexpr std::size_t kLineBytes = 2000;

// Both starts of "@@ -10,4 +12,5 @@ ...". GNU diffutils, "Detailed Description of Unified Format".
bool parse_hunk(std::string_view line, int& old_line, int& new_line) {
  auto const number = [&](std::string_view mark, int& out) {
    auto const at = line.find(mark);
    if (at == std::string_view::npos) return false;
    auto const digits = line.substr(at + mark.size());
    return std::from_chars(digits.data(), digits.data() + digits.size(), out).ec == std::errc();
  };
  return line.starts_with("@@ ") && number(" -", old_line) && number(" +", new_line);
}

// Lines before the first hunk are the names of the files.
template <class Visit>
void for_each_line(std::string_view diff, Visit visit) {
  bool in_hunk = false;
  int old_line = 0;
  int new_line = 0;
  for (auto const line : split(diff, '\n')) {
    if (line.starts_with("@@ ")) {
      in_hunk = parse_hunk(line, old_line, new_line);
      if (!visit(line, 0, 0)) return;
    } else if (in_hunk && !line.empty()) {
      auto const is_old = line[0] == '-' || line[0] == ' ';
      auto const is_new = line[0] == '+' || line[0] == ' ';
      if (!visit(line, is_old ? old_line++ : 0, is_new ? new_line++ : 0)) return;
    }
  }
}

}  // namespace

DiffCounts count_lines(std::string_view diff) {
  DiffCounts counts;
  for_each_line(diff, [&](std::string_view line, int, int) {
    if (line[0] == '+') ++counts.added;
    if (line[0] == '-') ++counts.removed;
    return true;
  });
  return counts;
}

std::vector<DiffLine> lines_of(std::string_view diff) {
  std::vector<DiffLine> lines;
  for_each_line(diff, [&](std::string_view, int old_line, int new_line) {
    if (old_line != 0 || new_line != 0) lines.push_back({old_line, new_line});
    return true;
  });
  return lines;
}

NumberedDiff with_line_numbers(std::string_view diff, std::size_t max_bytes, std::size_t skip) {
  NumberedDiff out;
  std::size_t before = 0;
  auto const column = [](int number) {
    return number == 0 ? std::string(5, ' ') : fmt::format("{:>5}", number);
  };
  for_each_line(diff, [&](std::string_view line, int old_line, int new_line) {
    if (before++ < skip) return true;
    auto text = connector::without_invisible(utf8_prefix(line, kLineBytes));
    if (line.size() > kLineBytes) text += "...";
    auto const is_hunk = old_line == 0 && new_line == 0 && line[0] == '@';
    auto const shown =
        is_hunk ? text + '\n' : fmt::format("{} {} {}\n", column(old_line), column(new_line), text);
    auto const bytes = connector::json_size(json::Value(shown));
    if (out.lines > 0 && out.bytes + bytes > max_bytes) {
      out.text += "... (cut)\n";
      out.is_cut = true;
      return false;
    }
    out.text += shown;
    out.bytes += bytes;
    ++out.lines;
    return true;
  });
  return out;
}

}  // namespace davit::connectors::gitlab
