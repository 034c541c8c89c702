#include "connectors/atlassian/adf/escape.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/opaque.h"

namespace davit::connectors::atlassian::adf {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void append_reference(std::string& out, char c) {
  out += c == '\0' ? "\xEF\xBF\xBD" : fmt::format("&#{};", static_cast<int>(c));
}

// Whether text at a colon would be read as an emoji: only those of the document are. Behind the
// text there may stand one, whose colon would end the name.
bool begins_emoji(std::string_view rest, const Opaque* known) {
  if (known == nullptr) return false;
  constexpr std::size_t kLongest = 64;
  std::size_t end = 1;
  while (end < std::min(rest.size(), kLongest) && rest[end] != ':') {
    auto const c = rest[end++];
    if (!is_alnum(c) && c != '_' && c != '+' && c != '-') return false;
  }
  return end > 1 && known->shown_as(std::string(rest.substr(0, end)) + ':') != nullptr;
}

bool needs_backslash(std::string_view text, std::size_t i, const Opaque* known) {
  auto const at = [&](std::size_t k) { return k < text.size() ? text[k] : '\0'; };
  auto const before = i > 0 ? text[i - 1] : '\0';
  auto const next = at(i + 1);
  switch (text[i]) {
    case '\\':
    case '*':
    case '`':
    case '[':
    case ']':
    case '~':
    case '<':
    case '|': return true;
    case '_': return !(is_alnum(before) && is_alnum(next));
    case '&': return is_alnum(next) || next == '#' || next == '\0';
    case '!': return next == '\0';
    case '@': return next == '\0' || before == '\0' || (is_alnum(next) && before != ' ');
    case ':':
      return (is_alnum(before) && next == '/' && at(i + 2) == '/') ||
             begins_emoji(text.substr(i), known);
    case '.': return i >= 3 && iequals(text.substr(i - 3, 3), "www");
    default: return false;
  }
}

constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"&amp;", "&"},
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&quot;", "\""},
    {"&apos;", "'"},
    {"&nbsp;", "\xC2\xA0"},
    {"&copy;", "\xC2\xA9"},
    {"&reg;", "\xC2\xAE"},
    {"&hellip;", "\xE2\x80\xA6"},
    {"&mdash;", "\xE2\x80\x94"},
    {"&ndash;", "\xE2\x80\x93"},
    {"&rarr;", "\xE2\x86\x92"},
};

}  // namespace

std::string escape_text(std::string_view text, const Opaque* known) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) {
      append_reference(out, text[i]);
      continue;
    }
    if (needs_backslash(text, i, known)) out += '\\';
    out += text[i];
  }
  return out;
}

void escape_line_start(std::string& line) {
  if (line.empty()) return;
  auto const c = line[0];
  auto const is_table = line.starts_with(":-");
  if (is_table || std::string_view("#>-+=").find(c) != std::string_view::npos) {
    line.insert(0, 1, '\\');
    return;
  }
  std::size_t digits = 0;
  while (digits < line.size() && is_digit(line[digits])) ++digits;
  if (digits > 0 && (digits == line.size() || line[digits] == '.' || line[digits] == ')')) {
    if (digits < line.size()) line.insert(digits, 1, '\\');
  }
}

std::string escape_attribute(std::string_view text, bool with_blanks) {
  constexpr std::string_view kPlain = "./:?#=%+,;@-";
  std::string out;
  for (auto const c : text) {
    if (is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || kPlain.find(c) != kPlain.npos ||
        (with_blanks && c == ' ')) {
      out += c;
    } else {
      append_reference(out, c);
    }
  }
  return out;
}

std::size_t longest_run(std::string_view text, char c) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (auto const each : text) {
    run = each == c ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string code_span(std::string_view text, bool in_table) {
  auto const held = std::ranges::none_of(text, [&](char c) {
    return is_control(c) || (in_table && (c == '|' || c == '\\'));
  });
  auto const run = longest_run(text, '`');
  auto const has_edge = text.starts_with(' ') || text.ends_with(' ');
  // Behind a bracket, that would be the definition of a reference.
  auto const defines = text.find("]:") != text.npos;
  constexpr std::size_t kLongestFence = 8;
  if (!held || defines || has_edge || run >= kLongestFence)
    return "<code>" + escape_text(text) + "</code>";
  std::string const fence(run + 1, '`');
  auto const* const pad = text.starts_with('`') || text.ends_with('`') ? " " : "";
  return fmt::format("{}{}{}{}{}", fence, pad, text, pad, fence);
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
  auto const tail = [&](unsigned shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string decode_entity(std::string_view entity) {
  for (auto const& [name, text] : kEntities) {
    if (name == entity) return std::string(text);
  }
  if (entity.size() < 4 || !entity.starts_with("&#")) return std::string(entity);
  auto digits = entity.substr(2, entity.size() - 3);
  auto const base = digits[0] == 'x' || digits[0] == 'X' ? 16 : 10;
  if (base == 16) digits.remove_prefix(1);
  std::uint32_t number = 0;
  auto const [end, ec] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (end != digits.data() + digits.size()) return std::string(entity);
  std::string out;
  append_utf8(out, ec == std::errc() ? number : 0);
  return out;
}

}  // namespace davit::connectors::atlassian::adf
