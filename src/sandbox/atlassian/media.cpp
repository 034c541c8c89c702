#include "sandbox/atlassian/media.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "http/url.h"
#include "sandbox/atlassian/answers.h"

namespace davit::sandbox::atlassian {
namespace {

constexpr std::string_view kPrefix = "/file/";
constexpr std::string_view kToken = "media-token-of-the-sandbox";

struct ByteRange {
  std::size_t begin;
  std::size_t end;  // not included
};

// "bytes=5-9", "bytes=5-", "bytes=-5" (RFC 9110, 14.1.2). Errors: 400 and 416, as documented for
// "Get attachment content".
Or<ByteRange> parse_range(std::string_view header, std::size_t size) {
  auto const malformed = [] { return error(400, "The range header is malformed."); };
  auto const dash = header.find('-');
  if (!header.starts_with("bytes=") || dash == header.npos) return malformed();
  auto const number = [](std::string_view text) -> std::optional<std::size_t> {
    std::size_t value = 0;
    auto const [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return value;
  };
  auto const first = header.substr(6, dash - 6);
  auto const last = header.substr(dash + 1);
  auto const begin = first.empty() ? std::optional<std::size_t>(0) : number(first);
  auto const end = last.empty() ? std::optional(size) : number(last);
  if (!begin || !end || (first.empty() && last.empty())) return malformed();
  if (first.empty()) return ByteRange{size - std::min(size, *end), size};
  if (*begin >= size) {
    auto refused = error(416, "The requested range is not satisfiable.");
    refused.headers.add("Content-Range", fmt::format("bytes */{}", size));
    return refused;
  }
  return ByteRange{*begin, last.empty() ? size : std::min(size, *end + 1)};
}

// Another host than the site's, though both are this machine.
std::string media_host(const Call& call) {
  std::string host(call.request.headers.get("host").value_or("127.0.0.1"));
  if (host.starts_with("127.0.0.1")) return "localhost" + host.substr(9);
  if (host.starts_with("localhost")) return "127.0.0.1" + host.substr(9);
  return "media." + host;
}

}  // namespace

std::string media_url(const Call& call, const Attachment& attachment) {
  return fmt::format(
      "http://{}{}{}/binary?token={}&name={}",
      media_host(call),
      kPrefix,
      attachment.media_id,
      kToken,
      http::percent_encode(attachment.filename)
  );
}

std::optional<http::Response> media_answer(const Store& store, const Call& call) {
  if (!call.request.path().starts_with(kPrefix)) return std::nullopt;
  // A credential of the site has no business here.
  if (call.request.headers.get("authorization") || call.text("token") != kToken) {
    return http::Response::text(403, "text/plain", "Forbidden");
  }
  for (auto const& [id, issue] : store.issues) {
    for (auto const& one : issue.attachments) {
      if (call.request.path() == fmt::format("{}{}/binary", kPrefix, one.media_id)) {
        return file_answer(call.request, one);
      }
    }
  }
  return http::Response::text(404, "text/plain", "Not found");
}

http::Response file_answer(const http::Request& request, const Attachment& attachment) {
  auto const& content = attachment.content;
  ByteRange part{0, content.size()};
  auto const asked = request.headers.get("range");
  if (asked) {
    DAVIT_TRY(part, parse_range(*asked, content.size()));
  }
  auto response = http::Response::text(
      asked ? 206 : 200, attachment.type, content.substr(part.begin, part.end - part.begin)
  );
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add(
      "Content-Disposition",
      fmt::format("attachment; filename*=UTF-8''{}", http::percent_encode(attachment.filename))
  );
  if (asked) {
    response.headers.add(
        "Content-Range", fmt::format("bytes {}-{}/{}", part.begin, part.end - 1, content.size())
    );
  }
  return response;
}

}  // namespace davit::sandbox::atlassian
