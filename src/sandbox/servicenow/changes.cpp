// Change Management API: changes, their tasks, models and templates. servicenow-change.json of the
// REST API explorer; shapes after "Change Management API" of the vendor's reference.
#include "sandbox/servicenow/changes.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/query.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"
#include "sandbox/servicenow/rules.h"
#include "sandbox/servicenow/writes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

// "normal" of ".../change/normal/..."; empty on the paths of all types.
std::string_view type_of(const Call& call) {
  auto const path = call.request.path();
  for (std::string_view const type : {"normal", "standard", "emergency"}) {
    auto const at = path.find(fmt::format("/change/{}", type));
    if (at != path.npos) return type;
  }
  return {};
}

// What the API was given and did not take, as the answers to writes say.
json::Array ignored_fields(std::string_view table, const json::Object& body) {
  json::Array ignored;
  for (auto const& member : body) {
    auto const* column = find_column(table, member.key());
    if (column == nullptr || column->read_only) ignored.emplace_back(member.key());
  }
  return ignored;
}

http::Response written(
    const World& world, const Call& call, const Record& record, const json::Object& body
) {
  auto shown = show_both(world, call, record);
  shown["__meta"] = json::Object{{"ignoredFields", ignored_fields(record.table, body)}};
  return result(std::move(shown));
}

http::Response page_of_records(
    const World& world, const Call& call, std::string_view table, std::string query
) {
  if (auto const by = call.text("order")) query += fmt::format("^ORDERBY{}", *by);
  if (auto const text = call.text("textSearch")) query += fmt::format("^123TEXTQUERY321={}", *text);
  auto const page = page_of(call, 500);
  auto const found = run_query(world, table, query);
  json::Array rows;
  for (auto const* record : cut(found, page)) rows.push_back(show_both(world, call, *record));
  auto response = result(std::move(rows));
  add_page_headers(response, call, page, found.size());
  return response;
}

http::Response list(World& world, Call& call) {
  std::string query(call.text("sysparm_query").value_or(""));
  if (auto const type = type_of(call); !type.empty()) query += fmt::format("^type={}", type);
  return page_of_records(world, call, "change_request", std::move(query));
}

http::Response one(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  return result(show_both(world, call, *change));
}

http::Response make(World& world, const Call& call, Fields fields, const json::Object& body) {
  fields["chg_model"] = make_id(fmt::format("model:{}", fields["type"]));
  DAVIT_TRY(auto const* const change, create(world, "change_request", std::move(fields)));
  return written(world, call, *change, body);
}

http::Response add(World& world, Call& call) {
  json::Object const empty;
  auto const& body = call.body.is_object() ? call.body.get_object() : empty;
  auto fields = read_fields(world, "change_request", body);
  if (auto const type = type_of(call); !type.empty()) fields["type"] = type;
  if (auto const type = call.text("type")) fields["type"] = *type;
  if (auto const* model = world.find("chg_model", fields["chg_model"])) {
    fields.try_emplace("type", model->get("name"));
  }
  for (auto& letter : fields["type"]) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
  }
  if (!choice_label("change_request.type", fields["type"])) {
    return error(400, "Invalid request", "Either chg_model or type must be given");
  }
  if (fields["type"] == "standard") {
    return error(400, "Invalid request", "A standard change is created from its template");
  }
  return make(world, call, std::move(fields), body);
}

http::Response add_standard(World& world, Call& call) {
  auto const* item = world.find("std_change_record_producer", call.arg("template"));
  if (item == nullptr) return no_record();
  json::Object const empty;
  auto const& body = call.body.is_object() ? call.body.get_object() : empty;
  auto fields = read_fields(world, "change_request", body);
  fields.try_emplace("short_description", item->get("name"));
  fields["type"] = "standard";
  fields["risk"] = "4";
  fields["approval"] = "approved";
  fields["std_change_producer_version"] = item->id();
  return make(world, call, std::move(fields), body);
}

// This API takes labels of states, too.
void read_state(std::string& state) {
  for (auto const& choice : choices()) {
    if (choice.set == "change_request.state" && choice.label == state) state = choice.value;
  }
}

std::optional<http::Response> refuse_state(const Record& change, std::string_view state) {
  auto const& from = change.get("state");
  auto const next = next_states(change);
  auto const is_next = std::ranges::find(next, state) != next.end();
  auto const unmet = is_next ? unmet_condition(change, state) : "It is not a next state";
  if (state == from || (is_next && unmet.empty())) return std::nullopt;
  return error(
      400,
      "Invalid state transition",
      fmt::format(
          "Cannot move {} from {} to {}. Condition not met: {}",
          change.get("number"),
          choice_label("change_request.state", from).value_or(from),
          choice_label("change_request.state", state).value_or(state),
          unmet
      )
  );
}

http::Response change(World& world, Call& call) {
  DAVIT_TRY(auto* const record, change_of(world, call));
  if (auto refused = refuse_body(call)) return *std::move(refused);
  auto const& body = call.body.get_object();
  auto fields = read_fields(world, "change_request", body);
  if (auto const state = fields.find("state"); state != fields.end()) {
    read_state(state->second);
    if (auto refused = refuse_state(*record, state->second)) return *std::move(refused);
  }
  if (auto refused = update(world, *record, std::move(fields))) return *std::move(refused);
  return written(world, call, *record, body);
}

http::Response remove(World& world, Call& call) {
  DAVIT_TRY(auto const* const record, change_of(world, call));
  // Mina is no change manager, who alone may delete a change.
  return error(
      403,
      "Operation Failed",
      fmt::format(
          "ACL Exception Delete Failed due to security constraints: {}", record->get("number")
      )
  );
}

Or<Record*> task_of(const World& world, const Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  auto* task = world.find("change_task", call.arg("task"));
  if (task == nullptr || task->get("change_request") != change->id()) return no_record();
  return task;
}

http::Response list_tasks(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  return page_of_records(
      world, call, "change_task", fmt::format("change_request={}", change->id())
  );
}

http::Response add_task(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  if (auto refused = refuse_body(call)) return *std::move(refused);
  auto fields = read_fields(world, "change_task", call.body.get_object());
  fields["change_request"] = change->id();
  fields["parent"] = change->id();
  DAVIT_TRY(auto const* const task, create(world, "change_task", std::move(fields)));
  return written(world, call, *task, call.body.get_object());
}

http::Response one_task(World& world, Call& call) {
  DAVIT_TRY(auto const* const task, task_of(world, call));
  return result(show_both(world, call, *task));
}

http::Response change_task(World& world, Call& call) {
  DAVIT_TRY(auto* const task, task_of(world, call));
  if (auto refused = refuse_body(call)) return *std::move(refused);
  auto fields = read_fields(world, "change_task", call.body.get_object());
  if (auto refused = update(world, *task, std::move(fields))) return *std::move(refused);
  return written(world, call, *task, call.body.get_object());
}

http::Response remove_task(World& world, Call& call) {
  DAVIT_TRY(auto const* const task, task_of(world, call));
  world.erase(*task);
  return no_content();
}

http::Response list_models(World& world, Call& call) {
  return page_of_records(world, call, "chg_model", "");
}

http::Response list_templates(World& world, Call& call) {
  return page_of_records(world, call, "std_change_record_producer", "active=true");
}

http::Response one_template(World& world, Call& call) {
  auto const* item = world.find("std_change_record_producer", call.arg("template"));
  if (item == nullptr) return no_record();
  return result(show_both(world, call, *item));
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/sn_chg_rest/change", list},
    {post, "/api/sn_chg_rest/change", add},
    {get, "/api/sn_chg_rest/change/normal", list},
    {post, "/api/sn_chg_rest/change/normal", add},
    {get, "/api/sn_chg_rest/change/emergency", list},
    {post, "/api/sn_chg_rest/change/emergency", add},
    {get, "/api/sn_chg_rest/change/standard", list},
    {get, "/api/sn_chg_rest/change/standard/template", list_templates},
    {get, "/api/sn_chg_rest/change/standard/template/:template", one_template},
    {post, "/api/sn_chg_rest/change/standard/:template", add_standard},
    {get, "/api/sn_chg_rest/change/model", list_models},
    {get, "/api/sn_chg_rest/change/:id", one},
    {patch, "/api/sn_chg_rest/change/:id", change},
    {del, "/api/sn_chg_rest/change/:id", remove},
    {get, "/api/sn_chg_rest/change/normal/:id", one},
    {patch, "/api/sn_chg_rest/change/normal/:id", change},
    {del, "/api/sn_chg_rest/change/normal/:id", remove},
    {get, "/api/sn_chg_rest/change/emergency/:id", one},
    {patch, "/api/sn_chg_rest/change/emergency/:id", change},
    {del, "/api/sn_chg_rest/change/emergency/:id", remove},
    {get, "/api/sn_chg_rest/change/standard/:id", one},
    {patch, "/api/sn_chg_rest/change/standard/:id", change},
    {del, "/api/sn_chg_rest/change/standard/:id", remove},
    {get, "/api/sn_chg_rest/change/:id/task", list_tasks},
    {post, "/api/sn_chg_rest/change/:id/task", add_task},
    {get, "/api/sn_chg_rest/change/:id/task/:task", one_task},
    {patch, "/api/sn_chg_rest/change/:id/task/:task", change_task},
    {del, "/api/sn_chg_rest/change/:id/task/:task", remove_task},
};

}  // namespace

Or<Record*> change_of(const World& world, const Call& call) {
  auto* change = world.find("change_request", call.arg("id"));
  if (change == nullptr || change->is_hidden) return no_record();
  auto const type = type_of(call);
  if (!type.empty() && change->get("type") != type) return no_record();
  return change;
}

json::Object show_both(const World& world, const Call& call, const Record& record) {
  return render(world, call.base_url, record, Shape{.show = Show::both, .has_links = false});
}

Routes change_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
