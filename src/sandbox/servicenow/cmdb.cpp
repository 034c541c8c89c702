// CMDB Instance API and CMDB Meta API. servicenow-cmdb-instance.json, servicenow-cmdb-meta.json.
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

std::optional<http::Response> refuse_class(std::string_view name) {
  if (find_table(name) != nullptr && extends(name, "cmdb")) return std::nullopt;
  return error(400, fmt::format("Invalid class name: {}", name), "Class is not a CMDB class");
}

json::Object named_reference(
    const World& world, const Call& call, std::string_view table, const Record& record
) {
  auto shown = reference_to(call.base_url, table, record.id());
  shown["display_value"] = display_name(world, record);
  return shown;
}

// Relations of which the item is the `own` end; the other one is the target.
json::Array relations(
    const World& world,
    const Call& call,
    const Record& item,
    std::string_view own,
    std::string_view other
) {
  json::Array shown;
  for (auto const* relation : world.all("cmdb_rel_ci")) {
    auto const* target = world.find(relation->get(other));
    auto const* type = world.find(relation->get("type"));
    if (relation->get(own) != item.id() || target == nullptr || type == nullptr) continue;
    shown.push_back(json::Object{
        {"sys_id", relation->id()},
        {"type", named_reference(world, call, "cmdb_rel_type", *type)},
        {"target", named_reference(world, call, target->table, *target)},
    });
  }
  return shown;
}

http::Response show(const World& world, const Call& call, const Record& item, int status = 200) {
  json::Object shown;
  shown["attributes"] = render(world, call.base_url, item, Shape{.show = Show::both});
  shown["inbound_relations"] = relations(world, call, item, "child", "parent");
  shown["outbound_relations"] = relations(world, call, item, "parent", "child");
  return result(std::move(shown), status);
}

Or<Record*> item_of(const World& world, const Call& call) {
  if (auto refused = refuse_class(call.arg("class"))) return *std::move(refused);
  auto* item = world.find(call.arg("class"), call.arg("id"));
  if (item == nullptr) return no_record();
  return item;
}

// Only what identifies an item; the rest is read one by one.
http::Response list(World& world, Call& call) {
  auto const table = call.arg("class");
  if (auto refused = refuse_class(table)) return *std::move(refused);
  auto const page = page_of(call, 1000);
  auto const found = run_query(world, table, call.text("sysparm_query").value_or(""));
  json::Array rows;
  for (auto const* item : cut(found, page)) {
    rows.push_back(json::Object{{"sys_id", item->id()}, {"name", item->get("name")}});
  }
  auto response = result(std::move(rows));
  add_page_headers(response, call, page, found.size());
  return response;
}

http::Response one(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  return show(world, call, *item);
}

// {"attributes": {...}, "source": "..."}; the source must be one that the instance knows.
Or<Fields> attributes(const World& world, const Call& call) {
  auto const* given = json::find_object(call.body, "attributes");
  if (given == nullptr) return error(400, "Missing attributes", "attributes is mandatory");
  auto const source = json::find_string(call.body, "source").value_or("");
  if (source.empty()) return error(400, "Missing source", "source is mandatory");
  auto fields = read_fields(world, call.arg("class"), *given);
  fields["discovery_source"] = source;
  return fields;
}

http::Response add(World& world, Call& call) {
  if (auto refused = refuse_class(call.arg("class"))) return *std::move(refused);
  DAVIT_TRY(auto fields, attributes(world, call));
  DAVIT_TRY(auto const* const item, create(world, call.arg("class"), std::move(fields)));
  return show(world, call, *item, 201);
}

http::Response change(World& world, Call& call) {
  DAVIT_TRY(auto* const item, item_of(world, call));
  DAVIT_TRY(auto fields, attributes(world, call));
  if (auto refused = update(world, *item, std::move(fields))) return *std::move(refused);
  return show(world, call, *item);
}

void add_relations(
    World& world,
    const Call& call,
    std::string_view list,
    std::string_view own,
    std::string_view other,
    const Record& item
) {
  auto const* given = json::find_array(call.body, list);
  if (given == nullptr) return;
  for (auto const& relation : *given) {
    world.insert(
        "cmdb_rel_ci",
        {{std::string(own), item.id()},
         {std::string(other), std::string(json::find_string(relation, "target").value_or(""))},
         {"type", std::string(json::find_string(relation, "type").value_or(""))}}
    );
  }
}

http::Response relate(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  add_relations(world, call, "inbound_relations", "child", "parent", *item);
  add_relations(world, call, "outbound_relations", "parent", "child", *item);
  return show(world, call, *item, 201);
}

http::Response unrelate(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  auto const* relation = world.find("cmdb_rel_ci", call.arg("relation"));
  auto const is_its = relation != nullptr && (relation->get("parent") == item->id() ||
                                              relation->get("child") == item->id());
  if (!is_its) return no_record();
  world.erase(*relation);
  return no_content();
}

http::Response meta(World& /*world*/, Call& call) {
  auto const table = call.arg("class");
  if (auto refused = refuse_class(table)) return *std::move(refused);
  auto const* info = find_table(table);
  json::Array attributes;
  for (auto const* column : columns_of(table)) {
    attributes.push_back(json::Object{
        {"element", column->name},
        {"label", column->label},
        {"type", internal_type(column->type)},
        {"is_mandatory", column->mandatory ? "true" : "false"},
        {"is_inherited", column->table == table ? "false" : "true"},
        {"is_read_only", column->read_only ? "true" : "false"},
    });
  }
  json::Array children;
  for (auto const& other : tables()) {
    if (other.extends == table) children.emplace_back(other.name);
  }
  return result(json::Object{
      {"name", table},
      {"label", info->label},
      {"parent", info->extends},
      {"children", std::move(children)},
      {"is_extendable", "true"},
      {"attributes", std::move(attributes)},
      {"relationship_rules", json::Array()},
  });
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/now/cmdb/instance/:class", list},
    {post, "/api/now/cmdb/instance/:class", add},
    {get, "/api/now/cmdb/instance/:class/:id", one},
    {patch, "/api/now/cmdb/instance/:class/:id", change},
    {put, "/api/now/cmdb/instance/:class/:id", change},
    {post, "/api/now/cmdb/instance/:class/:id/relation", relate},
    {del, "/api/now/cmdb/instance/:class/:id/relation/:relation", unrelate},
    {get, "/api/now/cmdb/meta/:class", meta},
};

}  // namespace

Routes cmdb_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
