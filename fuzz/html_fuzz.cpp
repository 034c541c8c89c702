// HTML as text, whatever the markup is: the text is hardly longer than the markup, no tag comes of
// what is left, unless entities spell one, and a text without markup stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "connectors/servicenow/html.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool begins_tag(std::string_view text) {
  text.remove_prefix(text.starts_with("</") ? 2 : 1);
  auto const c = text.empty() ? ' ' : text.front();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace davit;
  using namespace davit::connectors::servicenow;
  std::string_view const html(reinterpret_cast<const char*>(data), size);
  auto const text = html_to_text(html);
  require(text.size() <= html.size() + 8);
  auto const has_entity = html.find('&') != html.npos;
  for (std::size_t at = 0; !has_entity && (at = text.find('<', at)) != text.npos; ++at) {
    require(!begins_tag(std::string_view(text).substr(at)));
  }
  if (!has_entity && html.find('<') == html.npos) require(html_to_text(text) == text);
  (void)html_field(json::Value(html));
  return 0;
}
