// A URL that was accepted says the same when it is put together from its parts, and none of them
// can end a line or name another host. What is percent-encoded comes back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/url.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace davit::http;
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  require(percent_decode(percent_encode(text)) == text);
  auto const pairs = parse_query(text);
  require(parse_query(to_query(pairs)) == pairs);

  auto const url = parse_url(text);
  if (!url) {
    require(url.error().kind() == davit::ErrorKind::invalid_input);
    return 0;
  }
  require(url->scheme == "http" || url->scheme == "https");
  require(!url->host.empty() && url->host.find_first_of("/?#@\\ ") == std::string::npos);
  require(url->port != 0 && url->path.starts_with('/'));
  for (char const c : url->path + url->query) {
    require(static_cast<unsigned char>(c) > 0x20 && c != '#' && c != 0x7F);
  }
  auto const again = parse_url(url->origin() + url->path + "?" + url->query);
  require(again.has_value() && again->same_origin(*url));
  require(again->path == url->path && again->query == url->query);
  return 0;
}
