// Change Management API: next states, conflicts, approvals, affected items and schedules.
// servicenow-change.json; shapes after "Change Management API" of the vendor's reference.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/changes.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/render.h"
#include "sandbox/servicenow/routes.h"
#include "sandbox/servicenow/rules.h"
#include "sandbox/servicenow/writes.h"

namespace davit::sandbox::servicenow {
namespace {

using enum http::Method;

// How long a worker takes.
constexpr auto kWork = std::chrono::seconds(2);
constexpr std::string_view kStates = "change_request.state";

json::Object transition(const Record& change, std::string_view to) {
  auto const& from = change.get("state");
  auto const unmet = unmet_condition(change, to);
  auto const from_label = choice_label(kStates, from).value_or(from);
  auto const to_label = choice_label(kStates, to).value_or(to);
  json::Array conditions;
  conditions.push_back(json::Object{
      {"passed", unmet.empty()},
      {"condition",
       json::Object{
           {"name", unmet.empty() ? std::string_view("No condition") : unmet},
           {"description", unmet},
           {"sys_id", make_id(fmt::format("condition:{}:{}", from, to))},
       }},
  });
  return {
      {"sys_id", make_id(fmt::format("transition:{}:{}", from, to))},
      {"display_value", fmt::format("{} to {}", from_label, to_label)},
      {"from_state", from},
      {"to_state", to},
      {"transition_available", unmet.empty()},
      {"automatic_transition", to == "-2"},
      {"conditions", std::move(conditions)},
  };
}

// The state it is in is among those available.
http::Response next(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  auto const& from = change->get("state");
  json::Array available{from};
  json::Object labels{{from, choice_label(kStates, from).value_or(from)}};
  json::Array transitions;
  for (auto const to : next_states(*change)) {
    json::Array one;
    one.push_back(transition(*change, to));
    transitions.push_back(std::move(one));
    labels[to] = choice_label(kStates, to).value_or(to);
    if (unmet_condition(*change, to).empty()) available.emplace_back(to);
  }
  return result(json::Object{
      {"available_states", std::move(available)},
      {"state_transitions", std::move(transitions)},
      {"state_label", std::move(labels)},
  });
}

json::Object show_worker(const Call& call, std::string_view id, const Worker& worker) {
  auto const is_done = call.now >= worker.done;
  json::Array notes;
  notes.emplace_back(
      fmt::format("Request '{}' is {}", worker.kind, is_done ? "complete" : "waiting")
  );
  return {
      {"worker",
       json::Object{
           {"sysId", id},
           {"link", fmt::format("{}/api/sn_chg_rest/change/worker/{}", call.base_url, id)},
       }},
      {"request", json::Object{{"type", worker.kind}, {"changeId", worker.change}}},
      {"state",
       json::Object{{"value", is_done ? 3 : 1}, {"display_value", is_done ? "Complete" : "Waiting"}}
      },
      {"messages",
       json::Object{
           {"errorMessages", json::Array()},
           {"warningMessages", json::Array()},
           {"infoMessages", std::move(notes)},
       }},
  };
}

bool overlap(const Record& a, const Record& b) {
  return !a.get("start_date").empty() && !b.get("start_date").empty() &&
         a.get("start_date") <= b.get("end_date") && b.get("start_date") <= a.get("end_date");
}

// Two changes of one item at one time.
void find_conflicts(World& world, Record* change) {
  auto count = 0;
  for (auto const* other : world.all("change_request")) {
    auto const is_other = other->id() != change->id() && other->get("active") == "true";
    if (!is_other || other->get("cmdb_ci") != change->get("cmdb_ci")) continue;
    if (!overlap(*change, *other)) continue;
    world.insert(
        "conflict",
        {{"change", change->id()},
         {"configuration_item", change->get("cmdb_ci")},
         {"conflicting_change", other->id()},
         {"type", "ci_already_scheduled"},
         {"last_checked", time_value(world.now)}}
    );
    ++count;
  }
  change->fields["conflict_status"] = count == 0 ? "No Conflict" : "Conflict";
  change->fields["conflict_last_run"] = time_value(world.now);
}

// The next maintenance window, which is at 22:00 UTC every day for two hours.
void schedule(const World& world, Record* change) {
  using std::chrono::days;
  using std::chrono::hours;
  auto start = Time(std::chrono::floor<days>(world.now)) + hours(22);
  if (start <= world.now) start += days(1);
  change->fields["start_date"] = time_value(start);
  change->fields["end_date"] = time_value(start + hours(2));
}

void settle(World& world, Worker& worker) {
  auto* change = world.find(worker.change);
  if (worker.is_settled || change == nullptr || world.now < worker.done) return;
  worker.is_settled = true;
  if (worker.kind == "conflict") find_conflicts(world, change);
  if (worker.kind == "schedule") schedule(world, change);
}

std::string drop_conflicts(World& world, const Record& change) {
  auto& list = world.rows["conflict"];
  std::vector<const Record*> old;
  for (auto const& conflict : list) {
    if (conflict.get("change") == change.id()) old.push_back(&conflict);
  }
  for (auto const* conflict : old) world.erase(*conflict);
  return fmt::format("{} conflicts removed", old.size());
}

http::Response start(World& world, const Call& call, std::string_view kind, const Record& change) {
  auto const id = make_id(fmt::format("worker:{}", world.workers.size() + 1));
  auto const& worker =
      world.workers[id] = {std::string(kind), change.id(), call.now + kWork, false};
  return result(show_worker(call, id, worker));
}

http::Response start_conflict(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  drop_conflicts(world, *change);
  return start(world, call, "conflict", *change);
}

http::Response start_schedule(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  return start(world, call, "schedule", *change);
}

http::Response show_conflict(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  for (auto& [id, worker] : world.workers) settle(world, worker);
  json::Array conflicts;
  for (auto const* conflict : world.all("conflict")) {
    if (conflict->get("change") == change->id()) {
      conflicts.push_back(show_both(world, call, *conflict));
    }
  }
  auto const field = [&](std::string_view name) {
    return both(world, {change, find_column("change_request", name)});
  };
  return result(json::Object{
      {"conflict_status", field("conflict_status")},
      {"conflict_last_run", field("conflict_last_run")},
      {"conflicts", std::move(conflicts)},
  });
}

http::Response clear_conflict(World& world, Call& call) {
  DAVIT_TRY(auto* const change, change_of(world, call));
  auto const message = drop_conflicts(world, *change);
  change->fields["conflict_status"] = "Not Run";
  return result(json::Object{{"message", message}});
}

http::Response show_work(World& world, Call& call) {
  auto const found = world.workers.find(std::string(call.arg("worker")));
  if (found == world.workers.end()) return no_record();
  settle(world, found->second);
  return result(show_worker(call, found->first, found->second));
}

// Acts on the approval of the caller, whoever else is asked.
http::Response answer_approval(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  auto const state = json::find_string(call.body, "state").value_or("");
  if (state != "approved" && state != "rejected") {
    return error(400, "Invalid request", "state must be approved or rejected");
  }
  for (auto* approval : world.all("sysapproval_approver")) {
    auto const is_mine = approval->get("sysapproval") == change->id() &&
                         approval->get("approver") == world.user &&
                         approval->get("state") == "requested";
    if (!is_mine) continue;
    Fields fields{{"state", std::string(state)}};
    if (auto const said = json::find_string(call.body, "comments")) fields["comments"] = *said;
    if (auto refused = update(world, *approval, std::move(fields))) return *std::move(refused);
    return result(show_both(world, call, *approval));
  }
  return error(400, "Approval not found", "There is no approval requested of the current user");
}

http::Response list_items(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  json::Array items;
  for (auto const* link : world.all("task_ci")) {
    if (link->get("task") == change->id()) items.push_back(show_both(world, call, *link));
  }
  return result(std::move(items));
}

http::Response add_items(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  auto const kind = json::find_string(call.body, "association_type").value_or("");
  if (kind != "affected" && kind != "impacted" && kind != "offering") {
    return error(
        400, "Invalid request", "association_type must be one of affected, impacted, offering"
    );
  }
  auto const* ids = json::find_array(call.body, "cmdb_ci_sys_ids");
  for (auto const& id : ids == nullptr ? json::Array() : *ids) {
    auto const text = id.is_string() ? json::view(id.get_string()) : std::string_view();
    if (world.find("cmdb_ci", text) == nullptr) return no_record();
    world.insert("task_ci", {{"task", change->id()}, {"ci_item", std::string(text)}});
  }
  return start(world, call, "ci", *change);
}

http::Response show_schedule(World& world, Call& call) {
  DAVIT_TRY(auto const* const change, change_of(world, call));
  auto const field = [&](std::string_view name) {
    return both(world, {change, find_column("change_request", name)});
  };
  json::Array spans;
  spans.push_back(json::Object{{"start", field("start_date")}, {"end", field("end_date")}});
  return result(json::Object{{"spans", std::move(spans)}, {"messages", json::Object()}});
}

constexpr Route<World> kRoutes[] = {
    {get, "/api/sn_chg_rest/change/:id/nextstates", next},
    {post, "/api/sn_chg_rest/change/:id/conflict", start_conflict},
    {get, "/api/sn_chg_rest/change/:id/conflict", show_conflict},
    {del, "/api/sn_chg_rest/change/:id/conflict", clear_conflict},
    {get, "/api/sn_chg_rest/change/worker/:worker", show_work},
    {patch, "/api/sn_chg_rest/change/:id/approvals", answer_approval},
    {get, "/api/sn_chg_rest/change/:id/ci", list_items},
    {post, "/api/sn_chg_rest/change/:id/ci", add_items},
    {get, "/api/sn_chg_rest/change/:id/schedule", show_schedule},
    {patch, "/api/sn_chg_rest/change/:id/schedule/first_available", start_schedule},
};

}  // namespace

Routes change_process_routes() { return kRoutes; }

}  // namespace davit::sandbox::servicenow
