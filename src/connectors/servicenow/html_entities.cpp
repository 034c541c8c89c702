#include "connectors/servicenow/html_entities.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/strings.h"

namespace davit::connectors::servicenow {
namespace {

constexpr std::size_t kLongestEntity = 10;

struct Entity {
  std::string_view name;
  std::string_view text;
};

constexpr Entity kEntities[] = {
    {"amp", "&"},
    {"lt", "<"},
    {"gt", ">"},
    {"quot", "\""},
    {"apos", "'"},
    {"nbsp", " "},
    {"ndash", "-"},
    {"mdash", "-"},
    {"hellip", "..."},
    {"lsquo", "'"},
    {"rsquo", "'"},
    {"ldquo", "\""},
    {"rdquo", "\""},
    {"bull", "-"},
    {"rarr", "->"},
};

void append_character(std::string& out, std::uint32_t code) {
  auto const is_valid = code >= 0x20 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  if (!is_valid) {
    out += ' ';
  } else if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// "#x41" or "#65"; nothing for anything else.
std::optional<std::uint32_t> code_of(std::string_view name) {
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  auto const base = name.starts_with('x') || name.starts_with('X') ? 16U : 10U;
  if (base == 16) name.remove_prefix(1);
  if (name.empty()) return std::nullopt;
  std::uint32_t code = 0;
  for (auto const c : to_lower(name)) {
    auto const digit = c >= '0' && c <= '9'   ? static_cast<std::uint32_t>(c - '0')
                       : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a') + 10U
                                              : 99U;
    if (digit >= base) return std::nullopt;
    code = std::min<std::uint32_t>(code * base + digit, 0x110000);
  }
  return code;
}

}  // namespace

void take_entity(std::string_view& html, std::string& out) {
  auto const end = html.substr(0, kLongestEntity).find(';');
  auto const name = end == html.npos ? std::string_view() : html.substr(1, end - 1);
  for (auto const& entity : kEntities) {
    if (entity.name != name) continue;
    out += entity.text;
    html.remove_prefix(end + 1);
    return;
  }
  if (auto const code = code_of(name)) {
    append_character(out, *code == 0xA0 ? 0x20 : *code);
    html.remove_prefix(end + 1);
    return;
  }
  out += '&';
  html.remove_prefix(1);
}

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() == '&') {
      take_entity(text, out);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace davit::connectors::servicenow
