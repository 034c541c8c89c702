#include "app/terminal.h"

#include <algorithm>
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

// Characters, not bytes: good enough for aligning names.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

bool is_terminal_out() { return ::isatty(STDOUT_FILENO) == 1; }
bool is_terminal_err() { return ::isatty(STDERR_FILENO) == 1; }

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return size.ws_col;
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

std::string to_table(const std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  std::vector<std::size_t> widths;
  for (auto const& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    if (!row.empty()) line += row.back();
    if (line.size() > columns && columns > 3)
      line = std::string(utf8_prefix(line, columns - 3)) + "...";
    out += line + "\n";
  }
  return out;
}

}  // namespace davit::app
