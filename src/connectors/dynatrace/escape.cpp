#include "connectors/dynatrace/escape.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::connectors::dynatrace {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

std::string quoted(std::string_view value, std::string_view special, char escape) {
  std::string out = "\"";
  for (auto const c : value) {
    if (special.find(c) != std::string_view::npos) out += escape;
    out += is_control(static_cast<unsigned char>(c)) ? ' ' : c;
  }
  return out + '"';
}

// Where the quoted text that begins at `at` ends: behind its closing quote, or npos.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  auto const quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == quote) return at + 1;
    if (quote == '"' && text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

// What is wrong with a condition, "" when nothing is.
std::string_view fault_of(std::string_view text) {
  if (std::ranges::any_of(text, [](unsigned char c) { return is_control(c); })) {
    return "must be one line without control characters";
  }
  if (text.find("\"\"\"") != text.npos) return "must not use triple quotes";
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto const c = text[at];
    if (c == '"' || c == '`') {
      at = end_of_quoted(text, at);
      if (at == text.npos) return "has a quote that is not closed";
      continue;
    }
    auto const pair = text.substr(at, 2);
    if (c == '|') return "must be a condition: no '|' outside of quotes";
    if (pair == "//" || pair == "/*") return "must not contain a comment";
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth < 0) break;
    ++at;
  }
  return depth == 0 ? "" : "has parentheses that do not match";
}

}  // namespace

std::string dql_text(std::string_view value) { return quoted(value, "\\\"", '\\'); }

std::string selector_text(std::string_view value) { return quoted(value, "~\"", '~'); }

std::string criterion(std::string_view name, std::span<const std::string_view> values) {
  if (values.empty()) return "";
  std::string list;
  for (auto const value : values) {
    if (!list.empty()) list += ',';
    list += selector_text(value);
  }
  return fmt::format("{}({})", name, list);
}

std::string criterion(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format("{}({})", name, selector_text(value));
}

std::string all_of(std::span<const std::string> criteria) {
  std::string all;
  for (auto const& text : criteria) {
    if (text.empty()) continue;
    if (!all.empty()) all += ',';
    all += text;
  }
  return all;
}

Result<> check_condition(std::string_view name, std::string_view text) {
  auto const fault = fault_of(text);
  if (fault.empty()) return {};
  return Error(ErrorKind::invalid_input, fmt::format("{} {}", name, fault));
}

bool is_duration(std::string_view text) {
  return text.size() >= 2 && text.size() <= 6 &&
         std::ranges::all_of(text.substr(0, text.size() - 1), is_digit) &&
         std::string_view("smhdw").find(text.back()) != std::string_view::npos;
}

bool is_entity_id(std::string_view text) {
  auto const dash = text.rfind('-');
  if (dash == text.npos || dash == 0 || text.size() - dash - 1 != 16) return false;
  auto const is_type = [](char c) { return is_upper(c) || is_digit(c) || c == '_' || c == ':'; };
  auto const is_hex = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); };
  return std::ranges::all_of(text.substr(0, dash), is_type) &&
         std::ranges::all_of(text.substr(dash + 1), is_hex);
}

bool is_field_name(std::string_view text) {
  auto const fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= 100 && is_letter(text.front()) &&
         std::ranges::all_of(text, fits);
}

}  // namespace davit::connectors::dynatrace
