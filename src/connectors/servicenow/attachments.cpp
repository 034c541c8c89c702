#include "connectors/servicenow/attachments.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "connector/text.h"
#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/records.h"
#include "connectors/servicenow/tables.h"
#include "http/url.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/c_AttachmentAPI.html";

constexpr std::size_t kLargestUpload = 1024 * 1024;
// An answer has 48 KB.
constexpr std::size_t kLargestBase64 = 30'000;

constexpr Param kTable{
    .name = "table", .description = "Where the number does not say it.", .in = In::none
};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_list_attachments",
        .title = "List attachments",
        .description = "Files of a record.",
        .toolset = "attachments",
        .offer = Offer::by_toolset,
        .call = {.path = "/api/now/attachment"},
        .params = {kRecord, kTable, kLimit, kCursor},
        .paging = kLinkHeader,
        .root = "result",
        .keep = "id=sys_id name=file_name~150 type=content_type size=size_bytes "
                "by=sys_created_by at=sys_created_on@",
        .source = kSource,
        .make = list_attachments,
    },
    {
        .name = "servicenow_get_attachment",
        .title = "Get attachment",
        .description =
            "A file of a record: text as it is, pictures shown, other content in base64.",
        .toolset = "attachments",
        .offer = Offer::by_toolset,
        .call = {.path = "/api/now/attachment/{id}/file"},
        .params =
            {
                {.name = "id", .description = "sys_id.", .in = In::path, .required = true},
                {.name = "max_bytes",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "40000",
                 .min = 1000,
                 .max = 262144},
            },
        .timeout_s = 45,
        .foreign = "name text",
        .source = kSource,
        .run = get_attachment,
    },
    {
        .name = "servicenow_upload_attachment",
        .title = "Upload attachment",
        .description = "Add a file to a record, from text or base64.",
        .toolset = "attachments",
        .effect = Effect::write,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::post},
        .params =
            {
                kRecord,
                kTable,
                {.name = "file_name", .in = In::none, .required = true},
                {.name = "content_type", .in = In::none, .fallback = "text/plain"},
                {.name = "text", .in = In::none, .needs = "!base64"},
                {.name = "base64", .in = In::none, .needs = "!text"},
            },
        .timeout_s = 45,
        .foreign = "name",
        .source = kSource,
        .run = upload_attachment,
    },
};
static_assert(checked(kTools));

bool is_text_type(std::string_view type) {
  constexpr std::string_view kKinds[] = {
      "text/", "application/json", "application/xml", "application/x-yaml"
  };
  return std::ranges::any_of(kKinds, [&](auto kind) { return type.starts_with(kind); });
}

bool is_picture(std::string_view type) {
  return type == "image/png" || type == "image/jpeg" || type == "image/gif" || type == "image/webp";
}

// A media type alone; a line break would begin another header.
bool is_media_type(std::string_view text) {
  return text.size() <= 100 && text.find('/') != text.npos && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("/.+-_; =").find(c) != std::string_view::npos;
         });
}

json::Object describe(const json::Object& file) {
  return {
      {"id", shown(value_of(file, "sys_id"), 40)},
      {"name", shown(value_of(file, "file_name"), 150)},
      {"type", shown(value_of(file, "content_type"), 100)},
      {"size", shown(value_of(file, "size_bytes"), 20)},
  };
}

Result<std::string> content_of(const Invocation& call) {
  if (call.has("text")) return std::string(call.text("text"));
  auto bytes = base64_decode(call.text("base64"));
  if (!bytes || bytes->empty()) {
    return Error(ErrorKind::invalid_input, "give text, or base64 with padding");
  }
  return *std::move(bytes);
}

}  // namespace

constinit const std::span<const Tool> attachment_tools = kTools;

Async<ApiRequest> list_attachments(Invocation call) {
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  auto const query = fmt::format(
      "table_name={}^table_sys_id={}^ORDERBYDESCsys_created_on^ORDERBYsys_id",
      record.table,
      record.sys_id
  );
  co_return ApiRequest{
      .target = fmt::format(
          "/api/now/attachment?sysparm_query={}&sysparm_limit={}",
          http::percent_encode(query),
          call.integer("limit")
      ),
  };
}

Async<json::Value> get_attachment(Invocation call) {
  if (!is_sys_id(call.text("id"))) {
    co_return Error(ErrorKind::invalid_input, "id must be a sys_id of 32 hex digits");
  }
  DAVIT_CO_TRY(auto const answer, co_await call.get("/api/now/attachment/{id}"));
  auto const file = record_of(answer);
  DAVIT_CO_CHECK(check_readable(value_of(file, "table_name")));
  auto out = describe(file);
  auto const max_bytes = static_cast<std::size_t>(call.integer("max_bytes"));
  std::string content;
  Intake const intake{
      .accept = "*/*",
      .on_piece =
          [&content, max_bytes](std::string_view piece) {
            if (piece.empty()) content.clear();
            content.append(piece.substr(0, max_bytes + 1 - std::min(content.size(), max_bytes + 1))
            );
            return content.size() <= max_bytes;
          },
  };
  DAVIT_CO_TRY(auto const done, co_await call.download("/api/now/attachment/{id}/file", intake));
  auto const is_whole = content.size() <= max_bytes;
  out["complete"] = is_whole;
  if (is_text_type(value_of(file, "content_type"))) {
    out["text"] = shown(to_utf8(utf8_prefix(content, max_bytes)), max_bytes);
  } else if (is_picture(value_of(file, "content_type")) && is_whole) {
    call.attach_image(value_of(file, "content_type"), std::move(content));
  } else if (content.size() <= kLargestBase64 && is_whole) {
    out["base64"] = base64_encode(content);
  } else {
    out["note"] = "It is no text and too large to be shown.";
  }
  co_return out;
}

Async<json::Value> upload_attachment(Invocation call) {
  DAVIT_CO_TRY(auto content, content_of(call));
  if (content.size() > kLargestUpload) {
    co_return Error(ErrorKind::invalid_input, "a file may have at most 1 MB here");
  }
  if (!is_media_type(call.text("content_type"))) {
    co_return Error(ErrorKind::invalid_input, "content_type must be such as text/plain");
  }
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  DAVIT_CO_CHECK(check_writable(record.table));
  std::vector<std::pair<std::string, std::string>> const pairs{
      {"table_name", record.table},
      {"table_sys_id", record.sys_id},
      {"file_name", std::string(call.text("file_name"))},
  };
  ApiRequest request{
      .method = http::Method::post,
      .target = fmt::format("/api/now/attachment/file?{}", http::to_query(pairs)),
      .body = std::move(content),
      .content_type = std::string(call.text("content_type")),
  };
  DAVIT_CO_TRY(auto const page, co_await call.send(request));
  co_return describe(record_of(page.body));
}

}  // namespace davit::connectors::servicenow
