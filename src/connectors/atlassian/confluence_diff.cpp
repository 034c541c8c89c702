#include "connectors/atlassian/confluence_diff.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kContext = 3;
constexpr int kMostDifferences = 1000;

using Lines = std::vector<std::string_view>;

struct Step {
  char sign;  // ' ', '-', '+'
  std::size_t old_line;
  std::size_t new_line;
};

Lines lines_of(std::string_view text) {
  auto lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986: how far each diagonal gets with
// so many differences. Empty when there are too many.
std::vector<std::vector<int>> trace_of(const Lines& a, const Lines& b) {
  auto const n = static_cast<int>(a.size());
  auto const m = static_cast<int>(b.size());
  auto const most = std::min(n + m, kMostDifferences);
  std::vector<std::vector<int>> trace;
  std::vector<int> reach(static_cast<std::size_t>(2 * most + 3), 0);
  auto const at = [&](int k) -> int& { return reach[static_cast<std::size_t>(k + most + 1)]; };
  for (int d = 0; d <= most; ++d) {
    // Only what this round can look at: the diagonals from -d-1 to d+1.
    std::vector<int> kept;
    for (int k = -d - 1; k <= d + 1; ++k) kept.push_back(at(k));
    trace.push_back(std::move(kept));
    for (int k = -d; k <= d; k += 2) {
      auto const is_down = k == -d || (k != d && at(k - 1) < at(k + 1));
      int x = is_down ? at(k + 1) : at(k - 1) + 1;
      int y = x - k;
      while (x < n && y < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)]) {
        ++x;
        ++y;
      }
      at(k) = x;
      if (x >= n && y >= m) return trace;
    }
  }
  return {};
}

std::vector<Step> steps_of(const Lines& a, const Lines& b) {
  std::vector<Step> steps;
  auto const trace = trace_of(a, b);
  auto const add = [&](char sign, int x, int y) {
    steps.push_back({sign, static_cast<std::size_t>(x), static_cast<std::size_t>(y)});
  };
  if (trace.empty()) {
    for (std::size_t x = 0; x < a.size(); ++x) steps.push_back({'-', x, 0});
    for (std::size_t y = 0; y < b.size(); ++y) steps.push_back({'+', a.size(), y});
    return steps;
  }
  auto x = static_cast<int>(a.size());
  auto y = static_cast<int>(b.size());
  for (auto d = static_cast<int>(trace.size()) - 1; d >= 0; --d) {
    auto const& kept = trace[static_cast<std::size_t>(d)];
    auto const at = [&](int k) { return kept[static_cast<std::size_t>(k + d + 1)]; };
    auto const k = x - y;
    auto const is_down = k == -d || (k != d && at(k - 1) < at(k + 1));
    auto const from_x = d == 0 ? 0 : at(is_down ? k + 1 : k - 1);
    auto const from_y = d == 0 ? 0 : from_x - (is_down ? k + 1 : k - 1);
    while (x > from_x && y > from_y) add(' ', --x, --y);
    if (d == 0) break;
    if (is_down) {
      add('+', x, --y);
    } else {
      add('-', --x, y);
    }
  }
  std::ranges::reverse(steps);
  return steps;
}

std::string range_of(std::size_t first, std::size_t count) {
  if (count == 0) return fmt::format("{},0", first);
  return count == 1 ? fmt::format("{}", first + 1) : fmt::format("{},{}", first + 1, count);
}

// The steps from `begin` to `end`, as one hunk.
std::string hunk_of(
    const std::vector<Step>& steps,
    std::size_t begin,
    std::size_t end,
    const Lines& a,
    const Lines& b
) {
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::string lines;
  for (auto at = begin; at < end; ++at) {
    auto const& step = steps[at];
    if (step.sign != '+') ++old_count;
    if (step.sign != '-') ++new_count;
    lines +=
        fmt::format("{}{}\n", step.sign, step.sign == '+' ? b[step.new_line] : a[step.old_line]);
  }
  return fmt::format(
      "@@ -{} +{} @@\n{}",
      range_of(steps[begin].old_line, old_count),
      range_of(steps[begin].new_line, new_count),
      lines
  );
}

}  // namespace

TextDiff unified_diff(std::string_view before, std::string_view after, std::size_t max_bytes) {
  auto const a = lines_of(before);
  auto const b = lines_of(after);
  auto const steps = steps_of(a, b);
  TextDiff out;
  for (auto const& step : steps) {
    if (step.sign == '+') ++out.added;
    if (step.sign == '-') ++out.removed;
  }
  auto const changes = [&](std::size_t at) { return steps[at].sign != ' '; };
  for (std::size_t at = 0; at < steps.size();) {
    if (!changes(at)) {
      ++at;
      continue;
    }
    auto const begin = at - std::min(at, kContext);
    auto last = at;
    for (auto next = at; next < steps.size() && next <= last + 2 * kContext; ++next) {
      if (changes(next)) last = next;
    }
    auto const end = std::min(steps.size(), last + kContext + 1);
    auto const hunk = hunk_of(steps, begin, end, a, b);
    if (out.text.size() + hunk.size() > max_bytes) {
      out.text += utf8_prefix(hunk, max_bytes - out.text.size());
      out.is_cut = true;
      return out;
    }
    out.text += hunk;
    at = end;
  }
  return out;
}

}  // namespace davit::connectors::atlassian
