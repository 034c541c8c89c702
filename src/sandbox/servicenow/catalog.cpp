// Service Catalog API. servicenow-catalog.json of the REST API explorer.
#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/query.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"
#include "sandbox/servicenow/writes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

bool is_producer(const Record& item) { return extends(item.table, "sc_cat_item_producer"); }

std::vector<Record*> variables_of(const World& world, const Record& item) {
  return run_query(world, "item_option_new", fmt::format("cat_item={}^ORDERBYorder", item.id()));
}

// Here values are JSON of their kind, not texts as in the Table API.
json::Object show_variable(const World& world, const Record& variable) {
  auto const* type = find_column("item_option_new", "type");
  json::Object shown{
      {"id", variable.id()},
      {"name", variable.get("name")},
      {"label", variable.get("question_text")},
      {"display_type", display_value(world, {&variable, type})},
      {"mandatory", variable.get("mandatory") == "true"},
      {"read_only", false},
      {"active", true},
      {"value", variable.get("default_value")},
      {"displayvalue", ""},
      {"help_text", ""},
      {"render_label", true},
      {"max_length", 0},
  };
  shown["type"] = json::parse(variable.get("type")).value_or(json::Value(0));
  json::Array options;
  for (auto const* choice : world.all("question_choice")) {
    if (choice->get("question") != variable.id()) continue;
    options.push_back(json::Object{
        {"label", choice->get("text")}, {"value", choice->get("value")}, {"index", options.size()}
    });
  }
  if (!options.empty()) shown["choices"] = std::move(options);
  return shown;
}

json::Object titled(const World& world, std::string_view id) {
  auto const* record = world.find(id);
  if (record == nullptr) return {};
  return {{"sys_id", id}, {"title", display_name(world, *record)}};
}

json::Object show_item(const World& world, const Record& item) {
  json::Array catalogs;
  catalogs.push_back(titled(world, item.get("sc_catalogs")));
  return {
      {"sys_id", item.id()},
      {"name", item.get("name")},
      {"short_description", item.get("short_description")},
      {"description", item.get("description")},
      {"price", fmt::format("${}.00", item.get("price"))},
      {"show_price", item.get("price") != "0"},
      {"sys_class_name", item.table},
      {"type", is_producer(item) ? "record_producer" : "catalog_item"},
      {"category", titled(world, item.get("category"))},
      {"catalogs", std::move(catalogs)},
      {"mandatory_attachment", false},
      {"picture", ""},
      {"order", 0},
  };
}

json::Array show_variables(const World& world, const Record& item) {
  json::Array variables;
  for (auto const* variable : variables_of(world, item)) {
    variables.push_back(show_variable(world, *variable));
  }
  return variables;
}

Or<Record*> item_of(const World& world, const Call& call) {
  auto* item = world.find("sc_cat_item", call.arg("id"));
  if (item == nullptr || item->get("active") != "true") return no_record();
  return item;
}

http::Response list(World& world, Call& call) {
  std::string query = "active=true";
  if (auto const text = call.text("sysparm_text")) {
    query += fmt::format("^123TEXTQUERY321={}", *text);
  }
  if (auto const id = call.text("sysparm_category")) query += fmt::format("^category={}", *id);
  if (auto const id = call.text("sysparm_catalog")) query += fmt::format("^sc_catalogs={}", *id);
  if (auto const type = call.text("sysparm_type")) {
    auto const table = *type == "record_producer" ? "sc_cat_item_producer" : "sc_cat_item";
    query += fmt::format("^sys_class_name={}", table);
  }
  // Ten unless asked.
  auto const page = page_of(call, 10);
  auto const found = run_query(world, "sc_cat_item", query);
  json::Array items;
  for (auto const* item : cut(found, page)) items.push_back(show_item(world, *item));
  auto response = result(std::move(items));
  add_page_headers(response, call, page, found.size());
  return response;
}

http::Response one(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  auto shown = show_item(world, *item);
  shown["variables"] = show_variables(world, *item);
  return result(std::move(shown));
}

http::Response list_variables(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  return result(show_variables(world, *item));
}

std::string given(const Call& call, const Record& variable) {
  auto const* variables = json::find_object(call.body, "variables");
  auto const* value = variables == nullptr ? nullptr : variables->if_contains(variable.get("name"));
  if (value == nullptr || value->is_null()) return {};
  if (auto const* text = value->if_string()) return std::string(json::view(*text));
  return to_json_text(*value);
}

std::optional<http::Response> refuse_variables(
    const World& world, const Call& call, const Record& item
) {
  for (auto const* variable : variables_of(world, item)) {
    if (variable->get("mandatory") != "true" || !given(call, *variable).empty()) continue;
    return error(
        400,
        "Mandatory Variables are required",
        fmt::format("Variable {} is mandatory", variable->get("name"))
    );
  }
  return std::nullopt;
}

// The quantity is text or number, and it must be there.
std::string quantity_of(const Call& call) {
  auto const* value = json::find(call.body, "sysparm_quantity");
  if (value == nullptr) return {};
  return value->is_string() ? std::string(json::view(value->get_string())) : to_json_text(*value);
}

http::Response order_now(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  if (is_producer(*item)) {
    return error(400, "Invalid Request", "A record producer is submitted, not ordered");
  }
  auto quantity = quantity_of(call);
  if (quantity.empty()) return error(400, "Invalid quantity value", "sysparm_quantity is missing");
  if (auto refused = refuse_variables(world, call, *item)) return *std::move(refused);
  auto const requested_for = json::find_string(call.body, "sysparm_requested_for");
  std::string const person(requested_for.value_or(world.user));
  DAVIT_TRY(
      auto const* const request,
      create(
          world,
          "sc_request",
          {{"requested_for", person},
           {"request_state", "in_process"},
           {"approval", "approved"},
           {"price", item->get("price")}}
      )
  );
  DAVIT_TRY(
      auto const* const line,
      create(
          world,
          "sc_req_item",
          {{"request", request->id()},
           {"requested_for", person},
           {"cat_item", item->id()},
           {"quantity", std::move(quantity)},
           {"short_description", item->get("short_description")},
           {"stage", "request_approved"}}
      )
  );
  for (auto const* variable : variables_of(world, *item)) {
    world.insert(
        "sc_item_option",
        {{"request_item", line->id()},
         {"item_option_new", variable->id()},
         {"value", given(call, *variable)}}
    );
  }
  return result(json::Object{
      {"sys_id", request->id()},
      {"number", request->get("number")},
      {"request_number", request->get("number")},
      {"parent_id", nullptr},
      {"request_id", request->id()},
      {"parent_table", "task"},
      {"table", "sc_request"},
  });
}

http::Response submit(World& world, Call& call) {
  DAVIT_TRY(auto const* const item, item_of(world, call));
  if (!is_producer(*item)) {
    return error(400, "Invalid Request", "A catalog item is ordered, not submitted");
  }
  if (auto refused = refuse_variables(world, call, *item)) return *std::move(refused);
  auto const& table = item->get("table_name");
  Fields fields{{"caller_id", world.user}, {"contact_type", "self-service"}};
  for (auto const* variable : variables_of(world, *item)) {
    fields[variable->get("name")] = given(call, *variable);
  }
  DAVIT_TRY(auto const* const record, create(world, table, std::move(fields)));
  return result(json::Object{
      {"sys_id", record->id()},
      {"number", record->get("number")},
      {"parent_id", nullptr},
      {"record", fmt::format("{}/api/now/table/{}/{}", call.base_url, table, record->id())},
      {"redirect_portal_url",
       fmt::format("ticket?is_new_order=true&table={}&sys_id={}", table, record->id())},
      {"redirect_url", fmt::format("{}.do?sys_id={}", table, record->id())},
      {"parent_table", "task"},
      {"table", table},
      {"redirect_to", "generated_task_record"},
  });
}

http::Response list_catalogs(World& world, Call& call) {
  json::Array shown;
  for (auto const* catalog : world.all("sc_catalog")) {
    shown.push_back(render(world, call.base_url, *catalog, shape_of(call)));
  }
  return result(std::move(shown));
}

http::Response list_categories(World& world, Call& call) {
  json::Array shown;
  for (auto const* category : world.all("sc_category")) {
    if (category->get("sc_catalog") == call.arg("id")) {
      shown.push_back(titled(world, category->id()));
    }
  }
  return result(std::move(shown));
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/sn_sc/servicecatalog/catalogs", list_catalogs},
    {get, "/api/sn_sc/servicecatalog/catalogs/:id/categories", list_categories},
    {get, "/api/sn_sc/servicecatalog/items", list},
    {get, "/api/sn_sc/servicecatalog/items/:id", one},
    {get, "/api/sn_sc/servicecatalog/items/:id/variables", list_variables},
    {post, "/api/sn_sc/servicecatalog/items/:id/order_now", order_now},
    {post, "/api/sn_sc/servicecatalog/items/:id/submit_producer", submit},
};

}  // namespace

Routes catalog_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
