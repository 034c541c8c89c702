#include "config/one_line.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::config {
namespace {

// Beyond ASCII, in UTF-8: what they begin with, and the bounds of the byte behind it.
struct Controls {
  std::string_view begin;
  unsigned char first;
  unsigned char last;
};
constexpr Controls kControls[] = {
    {"\xC2", 0x80, 0x9F},      // U+0080 to U+009F: C1
    {"\xE2\x80", 0xA8, 0xAE},  // U+2028 and U+2029 end lines, U+202A to U+202E turn text around
    {"\xE2\x81", 0xA6, 0xA9},  // U+2066 to U+2069 do, too
};

}  // namespace

std::string on_one_line(std::string_view text) {
  auto out = to_utf8(text);
  for (auto const& [begin, first, last] : kControls) {
    for (auto at = out.find(begin); at != std::string::npos; at = out.find(begin, at + 1)) {
      auto const byte = static_cast<unsigned char>(out[at + begin.size()]);
      if (first <= byte && byte <= last) out.replace(at, begin.size() + 1, "?");
    }
  }
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return out;
}

}  // namespace davit::config
