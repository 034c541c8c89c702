#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/catalog.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr int kDeepest = 4;

struct Variable {
  std::string name;
  bool mandatory = false;
  bool has_default = false;
};

// Containers have variables of their own.
void gather_variables(const json::Value& list, int depth, std::vector<Variable>& variables) {
  auto const* array = list.if_array();
  if (array == nullptr || depth > kDeepest) return;
  for (auto const& each : *array) {
    variables.push_back({
        .name = std::string(json::find_string(each, "name").value_or("")),
        .mandatory = json::find_bool(each, "mandatory").value_or(false),
        .has_default = !json::find_string(each, "value").value_or("").empty(),
    });
    if (auto const* children = json::find(each, "children")) {
      gather_variables(*children, depth + 1, variables);
    }
  }
}

// Names that the form does not have would be dropped without a word.
Result<> check_variables(const std::vector<Variable>& known, const json::Object& given) {
  std::vector<std::string_view> names;
  for (auto const& variable : known) names.push_back(variable.name);
  for (auto const& member : given) {
    std::string_view const name = member.key();
    if (std::ranges::find(names, name) != names.end()) continue;
    auto const like = nearest(name, names);
    auto const hint = like.empty() ? std::string("servicenow_get_catalog_item lists them")
                                   : fmt::format("did you mean '{}'?", like);
    return Error(
        ErrorKind::invalid_input,
        fmt::format("variables: the item has no '{}'; {}", utf8_prefix(name, 80), hint)
    );
  }
  std::string missing;
  for (auto const& variable : known) {
    auto const* value = given.if_contains(variable.name);
    auto const is_given =
        value != nullptr && !value->is_null() && !connector::to_plain_text(*value).empty();
    if (!variable.mandatory || variable.has_default || is_given) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ", ", shown(variable.name, 60));
  }
  if (missing.empty()) return {};
  return Error(ErrorKind::invalid_input, fmt::format("variables: {} must be given", missing));
}

Async<json::Array> request_items(Invocation call, std::string request) {
  json::Array numbers;
  if (!is_sys_id(request)) co_return numbers;
  auto const path = fmt::format(
      "/api/now/table/sc_req_item?sysparm_query=request={}&sysparm_fields=number&sysparm_limit=20",
      request
  );
  auto const answer = co_await call.get(path);
  if (!answer) co_return numbers;
  for (auto const& row : rows_of(*answer)) {
    numbers.emplace_back(shown(json::find_string(row, "number").value_or(""), 40));
  }
  co_return numbers;
}

json::Object order_body(const Invocation& call, bool is_producer) {
  json::Object body;
  if (!is_producer) {
    body["sysparm_quantity"] = fmt::format("{}", call.integer("quantity"));
    if (call.has("requested_for")) body["sysparm_requested_for"] = call.text("requested_for");
  }
  auto const* variables = call.arguments().if_contains("variables");
  body["variables"] =
      variables == nullptr ? json::Value(json::Object()) : json::Value(*variables, {});
  return body;
}

}  // namespace

Async<json::Value> order_catalog_item(Invocation call) {
  DAVIT_CO_TRY(auto const item, co_await call.get("/api/sn_sc/servicecatalog/items/{item}"));
  auto const type = json::find_string(item, "result.type").value_or("");
  if (type == "order_guide") {
    co_return Error(
        ErrorKind::invalid_input, "it is an order guide: order the items that it holds one by one"
    );
  }
  auto const is_producer = type == "record_producer";
  if (is_producer && call.has("requested_for")) {
    co_return Error(
        ErrorKind::invalid_input, "requested_for: a record producer is submitted for oneself"
    );
  }
  std::vector<Variable> known;
  if (auto const* variables = json::find(item, "result.variables")) {
    gather_variables(*variables, 0, known);
  }
  auto const body = order_body(call, is_producer);
  DAVIT_CO_CHECK(check_variables(known, body.at("variables").get_object()));
  connector::Str const path = is_producer ? "/api/sn_sc/servicecatalog/items/{item}/submit_producer"
                                          : "/api/sn_sc/servicecatalog/items/{item}/order_now";
  if (call.flag("dry_run")) {
    co_return json::Object{
        {"dry_run", true}, {"would_order", call.text("item")}, {"would_send", body}
    };
  }
  DAVIT_CO_TRY(
      auto const answer, co_await call.request(http::Method::post, path, json::Value(body))
  );
  auto const result = record_of(answer);
  auto const request = value_of(result, "request_id");
  auto const id = request.empty() ? value_of(result, "sys_id") : request;
  auto const number = value_of(result, "request_number");
  auto const table = value_of(result, "table");
  json::Object out{
      {"number", shown(number.empty() ? value_of(result, "number") : number, 40)},
      {"sys_id", shown(id, 40)},
  };
  if (is_table_name(table) && is_sys_id(id)) out["url"] = address_of(call, table, id);
  if (!is_producer) {
    DAVIT_CO_TRY(out["items"], co_await request_items(call, request));
  }
  co_return out;
}

}  // namespace davit::connectors::servicenow
