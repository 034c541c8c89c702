// Table API. servicenow-table.json of the REST API explorer.
#include <fmt/format.h>

#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/query.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"
#include "sandbox/servicenow/writes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

Or<Record*> record_of(const World& world, const Call& call) {
  if (find_table(call.arg("table")) == nullptr) return no_table(call.arg("table"));
  auto* record = world.find(call.arg("table"), call.arg("id"));
  if (record == nullptr || record->is_hidden) return no_record();
  return record;
}

http::Response list(World& world, Call& call) {
  auto const table = call.arg("table");
  if (find_table(table) == nullptr) return no_table(table);
  auto const page = page_of(call);
  auto const found = run_query(world, table, call.text("sysparm_query").value_or(""));
  auto const shape = shape_of(call);
  json::Array rows;
  for (auto const* record : cut(found, page)) {
    rows.push_back(render(world, call.base_url, *record, shape));
  }
  // The first version of the API has no empty lists.
  if (rows.empty() && call.request.path().starts_with("/api/now/v1/")) return no_record();
  auto response = result(std::move(rows));
  add_page_headers(response, call, page, found.size());
  return response;
}

http::Response one(World& world, Call& call) {
  DAVIT_TRY(auto const* const record, record_of(world, call));
  return result(render(world, call.base_url, *record, shape_of(call)));
}

http::Response add(World& world, Call& call) {
  auto const table = call.arg("table");
  if (find_table(table) == nullptr) return no_table(table);
  if (auto refused = refuse_body(call)) return *std::move(refused);
  auto fields =
      read_fields(world, table, call.body.get_object(), call.flag("sysparm_input_display_value"));
  DAVIT_TRY(auto const* const record, create(world, table, std::move(fields)));
  auto response = result(render(world, call.base_url, *record, shape_of(call)), 201);
  response.headers.add(
      "Location", fmt::format("{}/api/now/table/{}/{}", call.base_url, table, record->id())
  );
  return response;
}

http::Response change(World& world, Call& call) {
  DAVIT_TRY(auto* const record, record_of(world, call));
  if (auto refused = refuse_body(call)) return *std::move(refused);
  auto fields = read_fields(
      world, record->table, call.body.get_object(), call.flag("sysparm_input_display_value")
  );
  if (auto refused = update(world, *record, std::move(fields))) return *std::move(refused);
  return result(render(world, call.base_url, *record, shape_of(call)));
}

http::Response remove(World& world, Call& call) {
  DAVIT_TRY(auto const* const record, record_of(world, call));
  if (extends(record->table, "sys_user") || extends(record->table, "sys_dictionary")) {
    return error(
        403, "Operation Failed", "ACL Exception Delete Failed due to security constraints"
    );
  }
  world.erase(*record);
  return no_content();
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/now/table/:table", list},
    {post, "/api/now/table/:table", add},
    {get, "/api/now/table/:table/:id", one},
    {patch, "/api/now/table/:table/:id", change},
    {put, "/api/now/table/:table/:id", change},
    {del, "/api/now/table/:table/:id", remove},
};

}  // namespace

Routes table_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
