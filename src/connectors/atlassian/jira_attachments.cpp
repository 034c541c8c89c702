#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/atlassian/jira_multipart.h"
#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Keep kFile = "id filename~200 type=mimeType size by=author.displayName~100 created";
constexpr std::size_t kMostImageBytes = 1'000'000;
constexpr std::size_t kMostUploadBytes = 10'000'000;
constexpr Str kImages[] = {"image/png", "image/jpeg", "image/gif", "image/webp"};

Str text_at(const json::Value& value, Str path) {
  return json::find_string(value, path).value_or("");
}

Result<> check_which(const json::Object& arguments) {
  auto const is_named = arguments.contains("issue") && arguments.contains("filename");
  if (is_named != arguments.contains("id")) return {};
  return Error(ErrorKind::invalid_input, "give id, or issue and filename");
}

// The newest of that name.
Async<json::Value> find_attachment(Invocation call) {
  if (call.has("id")) co_return co_await call.get("/rest/api/3/attachment/{id}");
  DAVIT_CO_TRY(auto const issue, co_await call.get("/rest/api/3/issue/{issue}?fields=attachment"));
  auto const* files = json::find_array(issue, "fields.attachment");
  json::Value const* found = nullptr;
  std::string names;
  for (auto const& file : files == nullptr ? json::Array() : *files) {
    auto const name = text_at(file, "filename");
    names += fmt::format("{}{}", names.empty() ? "" : ", ", clean_text(name, 100));
    if (!iequals(name, call.text("filename"))) continue;
    if (found == nullptr || text_at(*found, "created") < text_at(file, "created")) found = &file;
  }
  if (found != nullptr) co_return json::Value(*found, {});
  co_return Error(
      ErrorKind::not_found,
      fmt::format("the issue has no such file; it has {}", names.empty() ? "none" : names)
  );
}

bool is_text(Str type) {
  type = type.substr(0, type.find(';'));
  for (auto const* known :
       {"application/json",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/javascript",
        "application/sql",
        "image/svg+xml"}) {
    if (type == known) return true;
  }
  return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml");
}

Str way_to_show(const Invocation& call, Str type) {
  if (call.has("as")) return call.text("as");
  if (std::ranges::find(kImages, type) != std::ranges::end(kImages)) return "image";
  return is_text(type) ? "text" : "meta";
}

// Bytes from `offset` on, at most so many; the transfer ends there.
Async<std::string> read_window(
    Invocation call, json::Value file, std::size_t offset, std::size_t most
) {
  auto const bytes = std::make_shared<std::string>();
  auto const passed = std::make_shared<std::size_t>(0);
  Intake intake{.accept = "*/*"};
  intake.on_piece = [=](std::string_view piece) {
    if (piece.empty()) {  // sent again
      bytes->clear();
      *passed = 0;
      return true;
    }
    auto const skipped = std::min(offset - std::min(offset, *passed), piece.size());
    *passed += piece.size();
    piece.remove_prefix(skipped);
    bytes->append(piece.substr(0, most - bytes->size()));
    return bytes->size() < most;
  };
  json::Value const given = json::Object{{"id", connector::to_plain_text(*json::find(file, "id"))}};
  DAVIT_CO_CHECK(co_await call.download(
      "/rest/api/3/attachment/content/{.id}?redirect=false", std::move(intake), given
  ));
  co_return std::move(*bytes);
}

// The first bytes of a character go to the next piece, with its others.
void end_with_character(std::string& bytes) {
  auto const is_rest = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  auto at = bytes.size();
  while (at > 0 && bytes.size() - at < 3 && is_rest(bytes[at - 1])) --at;
  if (at < 2) return;
  auto const lead = static_cast<unsigned char>(bytes[at - 1]);
  std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (at - 1 + length > bytes.size()) bytes.resize(at - 1);
}

Async<json::Value> show_text(Invocation call, json::Value file, json::Object out) {
  auto const offset = static_cast<std::size_t>(call.integer("offset"));
  auto const most = static_cast<std::size_t>(call.integer("max_bytes"));
  auto const size = static_cast<std::size_t>(json::find_int(file, "size").value_or(0));
  if (offset > 0 && offset >= size) {
    auto const text = fmt::format("offset {} is behind the end of the file, {}", offset, size);
    co_return Error(ErrorKind::invalid_input, text);
  }
  DAVIT_CO_TRY(auto bytes, co_await read_window(call, file, offset, most));
  if (offset + bytes.size() < size) end_with_character(bytes);
  auto const end = offset + bytes.size();
  if (end < size && !bytes.empty()) out["next_offset"] = end;
  out["text"] = connector::without_invisible(to_utf8(bytes));
  co_return out;
}

Async<json::Value> show_image(Invocation call, json::Value file, json::Object out) {
  std::string const type(text_at(file, "mimeType"));
  if (std::ranges::find(kImages, type) == std::ranges::end(kImages)) {
    auto const text = fmt::format("'{}' is no picture that can be shown", clean_text(type, 60));
    co_return Error(ErrorKind::invalid_input, text);
  }
  auto const size = json::find_int(file, "size").value_or(0);
  if (size > static_cast<std::int64_t>(kMostImageBytes)) {
    out["note"] = "The picture is too large to be shown.";
    co_return out;
  }
  DAVIT_CO_TRY(auto bytes, co_await read_window(call, file, 0, kMostImageBytes));
  call.attach_image(type, std::move(bytes));
  co_return out;
}

Async<json::Value> get_attachment(Invocation call) {
  DAVIT_CO_TRY(auto const file, co_await find_attachment(call));
  if (json::find(file, "id") == nullptr) {
    co_return Error(ErrorKind::protocol, "Jira described the file without its id");
  }
  auto out = Projection(kFile).apply(file, {}).get_object();
  out["id"] = connector::to_plain_text(*json::find(file, "id"));  // a number in one of the answers
  auto const way = way_to_show(call, text_at(file, "mimeType"));
  if (way == "text") co_return co_await show_text(call, file, std::move(out));
  if (way == "image") co_return co_await show_image(call, file, std::move(out));
  co_return out;
}

Result<> check_upload(const json::Object& arguments) {
  auto const name = connector::text_of(arguments, "filename");
  if (name.find_first_of("/\\") != Str::npos || has_control_character(name)) {
    return Error(ErrorKind::invalid_input, "filename is a name without folders");
  }
  if (arguments.contains("text") != arguments.contains("content_base64")) return {};
  return Error(ErrorKind::invalid_input, "give text or content_base64");
}

Result<std::string> content_of(const Invocation& call) {
  auto content = call.has("text") ? std::optional(std::string(call.text("text")))
                                  : base64_decode(call.text("content_base64"));
  if (!content) return Error(ErrorKind::invalid_input, "content_base64 is no base64");
  if (content->size() <= kMostUploadBytes) return *std::move(content);
  return Error(ErrorKind::invalid_input, "the file is larger than 10 MB");
}

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
Async<json::Value> add_attachment(Invocation call) {
  DAVIT_CO_TRY(auto const content, content_of(call));
  auto const filename = call.text("filename");
  auto form = make_multipart(filename, media_type_of(filename), content);
  ApiRequest request{.method = http::Method::post};
  DAVIT_CO_TRY(
      request.target, expand_path("/rest/api/3/issue/{issue}/attachments", call.arguments())
  );
  request.body = std::move(form.body);
  request.content_type = std::move(form.content_type);
  request.headers.add("X-Atlassian-Token", "no-check");
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  auto const* made = json::find(page.body, "0");
  if (made == nullptr) {
    co_return Error(ErrorKind::protocol, "Jira does not say that it has kept the file");
  }
  auto out = Projection(kFile).apply(*made, {}).get_object();
  auto const url = text_at(*made, "content");
  if (!url.empty()) out["url"] = url;
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "jira_get_attachment",
        .title = "Get attachment",
        .description = "A file of an issue: text in pieces, a picture, or what it is.",
        .toolset = "issues",
        .params =
            {
                {.name = "id", .in = In::path, .needs = "!issue"},
                {.name = "issue", .description = "Key.", .in = In::path, .needs = "filename"},
                {.name = "filename", .in = In::none},
                {.name = "as", .in = In::none, .choices = "text|image|meta"},
                {.name = "max_bytes",
                 .description = "Of text.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20000",
                 .min = 1,
                 .max = 40000},
                {.name = "offset", .in = In::none, .kind = Kind::integer, .min = 0},
            },
        .timeout_s = 45,
        .foreign = "filename text",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-attachments/#api-rest-api-3-attachment-content-id-get",
        .check = check_which,
        .run = get_attachment,
    },
    {
        .name = "jira_add_attachment",
        .title = "Add attachment",
        .description = "Attach a file to an issue, given as text or base64.",
        .toolset = "issues",
        .effect = Effect::write,
        .params =
            {
                kIssue,
                {.name = "filename", .in = In::none, .required = true},
                {.name = "text", .in = In::none},
                {.name = "content_base64", .in = In::none},
            },
        .timeout_s = 45,
        .foreign = "filename",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/"
                  "api-group-issue-attachments/#api-rest-api-3-issue-issueidorkey-attachments-post",
        .check = check_upload,
        .run = add_attachment,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> jira_attachment_tools = kTools;

}  // namespace davit::connectors::atlassian
