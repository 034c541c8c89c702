// Attachment API. servicenow-attachment.json of the REST API explorer.
#include <fmt/format.h>

#include "base/crypto.h"
#include "base/strings.h"
#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/query.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

// Every value is text here, and the links are absolute.
json::Object show(const World& world, const Call& call, const Record& record) {
  auto shown = render(world, call.base_url, record, Shape{.has_links = false});
  shown["download_link"] = fmt::format("{}/api/now/attachment/{}/file", call.base_url, record.id());
  return shown;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (auto const byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

struct Upload {
  std::string table;
  std::string record;
  std::string name;
  std::string type;
  std::string content;
};

http::Response store(World& world, const Call& call, Upload upload) {
  if (find_table(upload.table) == nullptr) return no_table(upload.table);
  auto const* owner = world.find(upload.table, upload.record);
  if (owner == nullptr || owner->is_hidden) {
    return error(404, "No Record found", "Record doesn't exist or ACL restricts the record access");
  }
  // It comes back in a header.
  if (has_control_character(upload.name)) return error(400, "Invalid file_name");
  if (upload.name.empty()) return error(400, "file_name parameter is missing");
  auto const size = fmt::format("{}", upload.content.size());
  auto const& record = world.insert(
      "sys_attachment",
      {{"file_name", std::move(upload.name)},
       {"content_type", std::move(upload.type)},
       {"table_name", std::move(upload.table)},
       {"table_sys_id", std::move(upload.record)},
       {"size_bytes", size},
       {"size_compressed", size},
       {"compressed", "true"},
       {"hash", hex(sha256(upload.content))},
       {"state", "pending"}}
  );
  world.contents[record.id()] = std::move(upload.content);
  auto response = result(show(world, call, record), 201);
  response.headers.add(
      "Location", fmt::format("{}/api/now/attachment/{}", call.base_url, record.id())
  );
  return response;
}

http::Response list(World& world, Call& call) {
  auto const page = page_of(call, 1000);
  auto const found = run_query(world, "sys_attachment", call.text("sysparm_query").value_or(""));
  json::Array rows;
  for (auto const* record : cut(found, page)) rows.push_back(show(world, call, *record));
  auto response = result(std::move(rows));
  add_page_headers(response, call, page, found.size());
  return response;
}

http::Response one(World& world, Call& call) {
  auto const* record = world.find("sys_attachment", call.arg("id"));
  if (record == nullptr) return no_record();
  return result(show(world, call, *record));
}

http::Response download(World& world, Call& call) {
  auto const* record = world.find("sys_attachment", call.arg("id"));
  if (record == nullptr) return no_record();
  auto response =
      http::Response::text(200, record->get("content_type"), world.contents[record->id()]);
  // Besides the bytes, the record travels in a header.
  response.headers.add("X-Attachment-Metadata", to_json_text(show(world, call, *record)));
  response.headers.add(
      "Content-Disposition", fmt::format("attachment;filename=\"{}\"", record->get("file_name"))
  );
  return response;
}

http::Response upload_file(World& world, Call& call) {
  auto const text = [&](std::string_view name) {
    return std::string(call.text(name).value_or(""));
  };
  auto const type = call.request.headers.get("Content-Type").value_or("");
  if (type.empty() || call.request.body.empty()) {
    return error(400, "Request body or content type is missing");
  }
  return store(
      world,
      call,
      {text("table_name"),
       text("table_sys_id"),
       text("file_name"),
       std::string(type),
       call.request.body}
  );
}

http::Response upload_form(World& world, Call& call) {
  Upload upload;
  auto has_file = false;
  for (auto& part : parse_form(call.request)) {
    if (part.name == "table_name") upload.table = part.content;
    if (part.name == "table_sys_id") upload.record = part.content;
    if (part.filename.empty()) continue;
    has_file = true;
    upload.name = part.filename;
    upload.type = part.content_type;
    upload.content = std::move(part.content);
  }
  if (!has_file) return error(400, "No file part in the request");
  return store(world, call, std::move(upload));
}

http::Response remove(World& world, Call& call) {
  auto const* record = world.find("sys_attachment", call.arg("id"));
  if (record == nullptr) return no_record();
  world.contents.erase(record->id());
  world.erase(*record);
  return no_content();
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/now/attachment", list},
    {get, "/api/now/attachment/:id", one},
    {get, "/api/now/attachment/:id/file", download},
    {post, "/api/now/attachment/file", upload_file},
    {post, "/api/now/attachment/upload", upload_form},
    {del, "/api/now/attachment/:id", remove},
};

}  // namespace

Routes attachment_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
