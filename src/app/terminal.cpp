#include "app/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <poll.h>
#include <span>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/one_line.h"

namespace davit::app {
namespace {

void append(std::string& out, const json::Value& value, std::size_t indent);

bool is_empty(const json::Value& value) {
  return (value.is_object() && value.get_object().empty()) ||
         (value.is_array() && value.get_array().empty());
}

bool is_nested(const json::Value& value) { return value.is_structured() && !is_empty(value); }

void append_scalar(std::string& out, const json::Value& value, std::size_t indent) {
  if (!value.is_string()) {
    out += json::to_text(value);
    return;
  }
  auto const text = printable(json::view(value.get_string()));
  if (text.find('\n') == std::string::npos) {
    out += text;
    return;
  }
  for (auto const line : split(text, '\n')) out.append("\n").append(indent + 2, ' ').append(line);
}

void append_members(std::string& out, const json::Object& object, std::size_t indent) {
  auto first = true;
  for (auto const& [key, value] : object) {
    if (!std::exchange(first, false)) out.append("\n").append(indent, ' ');
    out += printable(std::string_view(key.data(), key.size()));
    out += is_nested(value) ? ":\n" + std::string(indent + 2, ' ') : ": ";
    append(out, value, indent + (is_nested(value) ? 2 : 0));
  }
}

void append(std::string& out, const json::Value& value, std::size_t indent) {
  if (is_empty(value)) {
    out += value.is_array() ? "(none)" : "(empty)";
  } else if (auto const* object = value.if_object()) {
    append_members(out, *object, indent);
  } else if (auto const* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out.append("\n").append(indent, ' ');
      out += "- ";
      append(out, (*array)[i], indent + 2);
    }
  } else {
    append_scalar(out, value, indent);
  }
}

struct Range {
  char32_t first;
  char32_t last;
};
// Unicode 16, EastAsianWidth.txt: W and F, in blocks.
constexpr Range kWide[] = {
    {0x1100, 0x115F},
    {0x2E80, 0x303E},
    {0x3041, 0xA4CF},
    {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF},
    {0x20000, 0x3FFFD},
};
// Marks on the character before, joiners, selectors of a variant.
constexpr Range kWithout[] = {
    {0x0300, 0x036F},
    {0x200B, 0x200F},
    {0x20D0, 0x20FF},
    {0x2060, 0x2064},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
};

bool is_in(std::span<const Range> ranges, char32_t point) {
  return std::ranges::any_of(ranges, [point](const Range& range) {
    return range.first <= point && point <= range.last;
  });
}

std::size_t bytes_of(unsigned char first) {
  if (first < 0xC0) return 1;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

}  // namespace

bool is_terminal_out() { return ::isatty(STDOUT_FILENO) == 1; }
bool is_terminal_err() { return ::isatty(STDERR_FILENO) == 1; }

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return size.ws_col;
}

bool is_drawable(int descriptor) {
  auto const* terminal = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && terminal != nullptr && *terminal != '\0' &&
         std::string_view(terminal) != "dumb";
}

bool has_colours(int descriptor) {
  auto const* no_colour = std::getenv("NO_COLOR");
  return is_drawable(descriptor) && (no_colour == nullptr || *no_colour == '\0');
}

void print(std::string_view text, std::FILE* stream) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

bool flush_output() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

bool has_no_reader() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

Character first_character(std::string_view text) {
  if (text.empty()) return {};
  auto const first = static_cast<unsigned char>(text[0]);
  auto const bytes = std::min(bytes_of(first), text.size());
  if (bytes == 1) return {.bytes = 1, .columns = 1};
  char32_t point = first & (0xFFU >> (bytes + 1));
  for (auto const c : text.substr(1, bytes - 1)) {
    point = point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  }
  auto const columns = is_in(kWithout, point) ? 0 : is_in(kWide, point) ? 2 : 1;
  return {.bytes = bytes, .columns = static_cast<std::size_t>(columns)};
}

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    auto const next = first_character(text);
    columns += next.columns;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string to_readable(const json::Value& value) {
  std::string out;
  append(out, value, 0);
  return out += '\n';
}

std::string printable(std::string_view text) {
  std::string out;
  for (;;) {
    auto const end = std::min(text.find_first_of("\n\t"), text.size());
    out += config::on_one_line(text.substr(0, end));
    if (end == text.size()) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
}

std::string on_a_line(std::string_view text) {
  auto out = printable(text);
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return out;
}

namespace {

std::string prefix_of(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t used = 0; end < text.size();) {
    auto const next = first_character(text.substr(end));
    used += next.columns;
    if (used > columns) break;
    end += next.bytes;
  }
  return std::string(text.substr(0, end));
}

}  // namespace

std::string to_table(const Rows& rows, std::size_t columns) {
  std::vector<std::size_t> widths;
  for (auto const& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string out;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    if (!row.empty()) line += row.back();
    if (columns > 3 && width_of(line) > columns) line = prefix_of(line, columns - 3) + "...";
    out += line + "\n";
  }
  return out;
}

std::string to_fitting_table(Rows rows, std::vector<std::string_view> spare, std::size_t columns) {
  for (auto const name : spare) {
    auto const table = to_table(rows, std::string::npos);
    auto const lines = split(table, '\n');
    auto const fits = [columns](auto line) { return width_of(line) <= columns; };
    if (std::ranges::all_of(lines, fits) || rows.empty()) break;
    auto const found = std::ranges::find(rows.front(), name);
    if (found == rows.front().end()) continue;
    auto const at = found - rows.front().begin();
    for (auto& row : rows) row.erase(row.begin() + at);
  }
  return to_table(rows, columns);
}

}  // namespace davit::app
