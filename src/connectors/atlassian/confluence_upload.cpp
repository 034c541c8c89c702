#include "connectors/atlassian/confluence_upload.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMostBytes = 8U * 1024 * 1024;
constexpr std::size_t kMostNameBytes = 250;

struct Type {
  std::string_view ending;
  std::string_view media_type;
};

constexpr Type kTypes[] = {
    {".txt", "text/plain"},
    {".log", "text/plain"},
    {".md", "text/markdown"},
    {".csv", "text/csv"},
    {".html", "text/html"},
    {".json", "application/json"},
    {".xml", "application/xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".svg", "image/svg+xml"},
    {".pdf", "application/pdf"},
    {".zip", "application/zip"},
};

std::string_view media_type_of(std::string_view filename) {
  auto const name = to_lower(filename);
  for (auto const& type : kTypes) {
    if (name.ends_with(type.ending)) return type.media_type;
  }
  return "application/octet-stream";
}

// The same content gives the same boundary.
std::string boundary_for(std::string_view content, std::string_view comment) {
  for (std::string salt;; salt += '.') {
    auto const hash = sha256(salt + std::string(content.substr(0, 4096)));
    std::string boundary = "davit";
    for (char const c : hash.substr(0, 12)) {
      boundary += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    if (content.find(boundary) == content.npos && comment.find(boundary) == comment.npos) {
      return boundary;
    }
  }
}

Result<std::string> content_of(const Invocation& call) {
  if (call.has("text")) return std::string(call.text("text"));
  if (!call.has("content_base64")) {
    return Error(ErrorKind::invalid_input, "give text or content_base64");
  }
  auto bytes = base64_decode(call.text("content_base64"));
  if (!bytes) return Error(ErrorKind::invalid_input, "content_base64 is no base64");
  return *std::move(bytes);
}

}  // namespace

Result<Multipart> attachment_form(
    std::string_view filename, std::string_view content, std::string_view comment
) {
  if (filename.empty() || filename.size() > kMostNameBytes || has_control_character(filename) ||
      filename.find_first_of("/\\\"") != filename.npos || filename == "." || filename == "..") {
    return Error(
        ErrorKind::invalid_input, "filename must be a plain name without slashes and quotes"
    );
  }
  auto const boundary = boundary_for(content, comment);
  Multipart form{.content_type = "multipart/form-data; boundary=" + boundary};
  auto const field = [&](std::string_view name, std::string_view value) {
    form.body += fmt::format(
        "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary, name, value
    );
  };
  form.body += fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n"
      "Content-Type: {}\r\n\r\n",
      boundary,
      filename,
      media_type_of(filename)
  );
  form.body += content;
  form.body += "\r\n";
  field("minorEdit", "false");
  if (!comment.empty()) field("comment", comment);
  form.body += fmt::format("--{}--\r\n", boundary);
  return form;
}

// Without the header the upload is taken for a forged one and refused.
// https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-content---attachments/
Async<json::Value> add_page_attachment(Invocation call) {
  DAVIT_CO_TRY(auto const content, content_of(call));
  if (content.size() > kMostBytes) {
    co_return Error(ErrorKind::invalid_input, "the file is larger than 8 MB");
  }
  DAVIT_CO_TRY(auto form, attachment_form(call.text("filename"), content, call.text("comment")));
  DAVIT_CO_CHECK(co_await settle_page(call));
  connector::ApiRequest request{
      .method = http::Method::put,
      .body = std::move(form.body),
      .content_type = std::move(form.content_type),
      .headers = {{"X-Atlassian-Token", "no-check"}},
  };
  DAVIT_CO_TRY(
      request.target,
      connector::expand_path("/wiki/rest/api/content/{page}/child/attachment", call.arguments())
  );
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  auto const* made = json::find(page.body, "results.0");
  if (made == nullptr) made = &page.body;
  DAVIT_CO_CHECK(check_written(*made, "attachment"));
  auto const text = [&](Str path) { return json::find_string(*made, path).value_or(""); };
  json::Object out{{"id", text("id")}, {"title", text("title")}};
  for (auto const* path : {"extensions.mediaType", "metadata.mediaType"}) {
    if (!text(path).empty()) out["type"] = text(path);
  }
  if (auto const number = json::find_int(*made, "version.number")) out["version"] = *number;
  auto const size = json::find_int(*made, "extensions.fileSize");
  out["bytes"] = size.value_or(static_cast<std::int64_t>(content.size()));
  if (size && *size != static_cast<std::int64_t>(content.size())) {
    out["not_applied"] = fmt::format("{} bytes were sent", content.size());
  }
  co_return out;
}

}  // namespace davit::connectors::atlassian
