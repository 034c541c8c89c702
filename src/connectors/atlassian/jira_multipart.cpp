#include "connectors/atlassian/jira_multipart.h"

#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".txt", "text/plain"},
    {".log", "text/plain"},
    {".md", "text/markdown"},
    {".csv", "text/csv"},
    {".json", "application/json"},
    {".xml", "application/xml"},
    {".yaml", "application/yaml"},
    {".yml", "application/yaml"},
    {".html", "text/html"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".svg", "image/svg+xml"},
    {".pdf", "application/pdf"},
    {".zip", "application/zip"},
};

// As browsers do. https://html.spec.whatwg.org/#multipart-form-data
std::string quoted(std::string_view name) {
  std::string out;
  for (auto const c : name) {
    switch (c) {
      case '"': out += "%22"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

Multipart make_multipart(
    std::string_view filename, std::string_view media_type, std::string_view content
) {
  std::string boundary = "davit-boundary-0";
  for (int number = 1; content.find(boundary) != content.npos; ++number) {
    boundary = fmt::format("davit-boundary-{}", number);
  }
  return {
      .content_type = "multipart/form-data; boundary=" + boundary,
      .body = fmt::format(
          "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{1}\"\r\n"
          "Content-Type: {2}\r\n\r\n{3}\r\n--{0}--\r\n",
          boundary,
          quoted(filename),
          media_type,
          content
      ),
  };
}

std::string_view media_type_of(std::string_view filename) {
  auto const name = to_lower(filename);
  for (auto const& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace davit::connectors::atlassian
