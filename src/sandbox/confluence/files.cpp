#include "sandbox/confluence/files.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "http/url.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

std::string token_of(std::string_view file_id, int version) {
  return base64url_encode(sha256(fmt::format("sandbox:{}:{}", file_id, version))).substr(0, 32);
}

std::string other_host(std::string_view base_url) {
  constexpr std::string_view kPairs[][2] = {
      {"//127.0.0.1", "//localhost"}, {"//localhost", "//127.0.0.1"}, {"//[::1]", "//localhost"}
  };
  std::string url(base_url);
  for (auto const& [from, to] : kPairs) {
    if (auto const at = url.find(from); at != std::string::npos) {
      return url.replace(at, from.size(), to);
    }
  }
  return "http://localhost";
}

const FileVersion* find_file(const World& world, const Call& call, const Attachment*& of) {
  for (auto const& [id, attachment] : world.store.attachments) {
    if (attachment.file_id != call.arg("id")) continue;
    of = &attachment;
    for (auto const& version : attachment.versions) {
      if (token_of(attachment.file_id, version.number) == call.text("token")) return &version;
    }
  }
  return nullptr;
}

// "bytes=10-19", "bytes=10-". Nothing when it is another form.
std::optional<std::pair<std::size_t, std::size_t>> range_of(std::string_view header) {
  if (!header.starts_with("bytes=")) return std::nullopt;
  auto const parts = split(header.substr(6), '-');
  if (parts.size() != 2) return std::nullopt;
  std::size_t first = 0;
  std::size_t last = std::string_view::npos;
  auto const read = [](std::string_view text, std::size_t& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
  };
  if (!read(parts[0], first)) return std::nullopt;
  if (!parts[1].empty() && !read(parts[1], last)) return std::nullopt;
  return std::pair(first, last);
}

http::Response serve(World& world, Call& call) {
  // The token in the address is the permission; whoever sends the site's credentials as well has
  // given them to a stranger, and is told so.
  if (call.request.headers.get("Authorization")) {
    return json_answer(
        json::Object{
            {"error",
             json::Object{
                 {"code", "JwtAuthoriser:AuthorizationError"},
                 {"title", "The Authorization header is not a token of this host"}
             }}
        },
        401
    );
  }
  const Attachment* attachment = nullptr;
  auto const* file = find_file(world, call, attachment);
  if (file == nullptr) {
    return json_answer(
        json::Object{{"error", json::Object{{"code", "Forbidden"}, {"title", "Invalid token"}}}},
        403
    );
  }
  auto response = http::Response::text(200, attachment->media_type, file->content);
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add(
      "Content-Disposition",
      fmt::format(
          "attachment; filename=\"{0}\"; filename*=UTF-8''{0}",
          http::percent_encode(attachment->title)
      )
  );
  auto const range = range_of(call.request.headers.get("Range").value_or(""));
  if (!range) return response;
  auto const size = file->content.size();
  if (range->first >= size || range->first > range->second) {
    http::Response refused{.status = 416};
    refused.headers.add("Content-Range", fmt::format("bytes */{}", size));
    return refused;
  }
  auto const last = std::min(range->second, size - 1);
  response.status = 206;
  response.body = file->content.substr(range->first, last - range->first + 1);
  response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", range->first, last, size));
  return response;
}

constexpr Route kRoutes[] = {{get, "/media/file/:id/binary", serve}};

}  // namespace

std::string file_id_of(Id attachment) {
  return fmt::format("c0ffee00-51de-4b1a-9d2e-{:012x}", attachment);
}

std::string file_url(std::string_view base_url, const Attachment& attachment, int version) {
  return fmt::format(
      "{}/media/file/{}/binary?client=sandbox&dl=true&token={}",
      other_host(base_url),
      attachment.file_id,
      token_of(attachment.file_id, version)
  );
}

std::span<const Route> file_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence
