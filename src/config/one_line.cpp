#include "config/one_line.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::config {

std::string on_one_line(std::string_view text) {
  auto out = to_utf8(text);
  // U+0080 to U+009F are control characters too, of two bytes.
  for (auto at = out.find('\xC2'); at != std::string::npos; at = out.find('\xC2', at + 1)) {
    if (static_cast<unsigned char>(out[at + 1]) < 0xA0) out.replace(at, 2, "?");
  }
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return out;
}

}  // namespace davit::config
