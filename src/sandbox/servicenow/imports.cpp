// Import Set API. servicenow-import-set.json of the REST API explorer. One staging table is known,
// u_imp_incident, whose transform map makes incidents and finds them again by correlation id.
#include <fmt/format.h>

#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"
#include "sandbox/servicenow/values.h"
#include "sandbox/servicenow/writes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

constexpr std::string_view kMap = "Incident import";

json::Object outcome(const Call& call, const Record& target, std::string_view status) {
  return {
      {"transform_map", kMap},
      {"table", target.table},
      {"display_name", "number"},
      {"display_value", target.get("number")},
      {"record_link",
       fmt::format("{}/api/now/table/{}/{}", call.base_url, target.table, target.id())},
      {"status", status},
      {"sys_id", target.id()},
  };
}

// A row that the map refuses is an outcome too, and the answer is still 201.
json::Object refused(std::string_view why) {
  return {
      {"transform_map", kMap},
      {"table", "incident"},
      {"status", "error"},
      {"error_message", why},
  };
}

json::Object transform(World& world, const Call& call, const Record& row) {
  Fields fields{
      {"short_description", row.get("u_short_description")},
      {"correlation_id", row.get("u_correlation_id")},
      {"caller_id", from_display(world, *find_column("incident", "caller_id"), row.get("u_caller"))
      },
  };
  if (fields["short_description"].empty()) return refused("u_short_description is empty");
  auto* known = fields["correlation_id"].empty()
                    ? nullptr
                    : world.find_by("incident", "correlation_id", fields["correlation_id"]);
  if (known == nullptr) {
    auto made = create(world, "incident", std::move(fields));
    return made ? outcome(call, **made, "inserted") : refused("Insert aborted");
  }
  auto const count = known->get("sys_mod_count");
  if (update(world, *known, std::move(fields))) return refused("Update aborted");
  return outcome(call, *known, known->get("sys_mod_count") == count ? "ignored" : "updated");
}

http::Response add(World& world, Call& call) {
  auto const table = call.arg("table");
  if (!extends(table, "sys_import_set_row")) return no_table(table);
  if (auto refused_body = refuse_body(call)) return *std::move(refused_body);
  auto fields = read_fields(world, table, call.body.get_object());
  fields["sys_import_state"] = "inserted";
  auto& row = world.insert(table, std::move(fields));
  auto shown = transform(world, call, row);
  auto const* target = shown.if_contains("sys_id");
  if (target != nullptr) {
    row.fields["sys_target_table"] = "incident";
    row.fields["sys_target_sys_id"] = json::view(target->get_string());
  }
  json::Array outcomes;
  outcomes.push_back(std::move(shown));
  return json_answer(
      json::Object{
          {"import_set", fmt::format("ISET{:07}", 10000 + world.rows[std::string(table)].size())},
          {"staging_table", table},
          {"result", std::move(outcomes)},
      },
      201
  );
}

http::Response one(World& world, Call& call) {
  auto const* row = world.find(call.arg("table"), call.arg("id"));
  if (row == nullptr) return no_record();
  json::Array outcomes;
  if (auto const* target = world.find(row->get("sys_target_sys_id"))) {
    outcomes.push_back(outcome(call, *target, "inserted"));
  }
  return result(std::move(outcomes));
}

constexpr Route<World> kRoutes[] = {
    {post, "/api/now/import/:table", add},
    {get, "/api/now/import/:table/:id", one},
};

}  // namespace

Routes import_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
