#include "sandbox/servicenow/rules.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "sandbox/servicenow/answers.h"
#include "sandbox/servicenow/dictionary.h"
#include "sandbox/servicenow/writes.h"

namespace davit::sandbox::servicenow {
namespace {

struct Default {
  std::string_view table;
  std::string_view field;
  std::string_view value;
};
constexpr Default kDefaults[] = {
    {"incident", "state", "1"},
    {"incident", "incident_state", "1"},
    {"incident", "category", "inquiry"},
    {"incident", "reopen_count", "0"},
    {"problem", "state", "101"},
    {"problem", "known_error", "false"},
    {"change_request", "state", "-5"},
    {"change_request", "type", "normal"},
    {"change_request", "risk", "3"},
    {"change_request", "conflict_status", "Not Run"},
    {"change_request", "on_hold", "false"},
    {"change_task", "state", "-5"},
    {"task", "state", "1"},
    {"task", "active", "true"},
    {"task", "impact", "3"},
    {"task", "urgency", "3"},
    {"task", "approval", "not requested"},
    {"task", "made_sla", "true"},
    {"task", "reassignment_count", "0"},
    {"cmdb_ci", "operational_status", "1"},
    {"cmdb_ci", "install_status", "1"},
    {"sys_user_group", "active", "true"},
    {"kb_knowledge", "workflow_state", "draft"},
    {"kb_knowledge", "active", "true"},
};

// "Data policies" of the base system: a state, and what it makes mandatory.
struct Policy {
  std::string_view table;
  std::string_view state;
  std::string_view field;
};
constexpr Policy kPolicies[] = {
    {"incident", "6", "close_code"},
    {"incident", "6", "close_notes"},
    {"incident", "7", "close_code"},
    {"incident", "7", "close_notes"},
    {"incident", "3", "hold_reason"},
    {"problem", "106", "cause_notes"},
    {"problem", "106", "fix_notes"},
    {"change_request", "3", "close_code"},
    {"change_request", "3", "close_notes"},
};

struct Step {
  std::string_view type;
  std::string_view from;
  std::string_view to;
};
// "State model and transitions" of Change Management.
constexpr Step kSteps[] = {
    {"normal", "-5", "-4"},
    {"normal", "-4", "-3"},
    {"normal", "-3", "-2"},
    {"normal", "-2", "-1"},
    {"normal", "-1", "0"},
    {"normal", "0", "3"},
    {"emergency", "-5", "-3"},
    {"emergency", "-3", "-2"},
    {"emergency", "-2", "-1"},
    {"emergency", "-1", "0"},
    {"emergency", "0", "3"},
    {"standard", "-5", "-2"},
    {"standard", "-2", "-1"},
    {"standard", "-1", "0"},
    {"standard", "0", "3"},
};

std::string_view merged(const Record& before, const Fields& changes, std::string_view field) {
  auto const found = changes.find(field);
  return found == changes.end() ? std::string_view(before.get(field)) : found->second;
}

bool changes_to(
    const Record& before, const Fields& changes, std::string_view field, std::string_view value
) {
  auto const found = changes.find(field);
  return found != changes.end() && found->second == value && before.get(field) != value;
}

// Base system, "Priority data lookup rules": 1 and 1 give 1, 3 and 3 give 5.
std::string priority_of(std::string_view impact, std::string_view urgency) {
  auto const level = [](std::string_view text) {
    return text == "1" || text == "2" || text == "3" ? text[0] - '0' : 3;
  };
  return fmt::format("{}", level(impact) + level(urgency) - 1);
}

void derive_incident(const World& world, const Record& before, Fields& changes) {
  // Two fields for one thing, kept alike.
  if (changes.contains("state")) {
    changes["incident_state"] = changes["state"];
  } else if (changes.contains("incident_state")) {
    changes["state"] = changes["incident_state"];
  }
  if (changes_to(before, changes, "state", "6")) {
    changes.try_emplace("resolved_at", time_value(world.now));
    changes.try_emplace("resolved_by", world.user);
  }
  if (changes_to(before, changes, "state", "7") || changes_to(before, changes, "state", "8")) {
    changes["active"] = "false";
    changes["closed_at"] = time_value(world.now);
    changes["closed_by"] = world.user;
  }
}

void derive_change(const World& world, const Record& before, Fields& changes) {
  if (changes_to(before, changes, "state", "-1")) {
    changes.try_emplace("work_start", time_value(world.now));
  }
  if (changes_to(before, changes, "state", "0")) {
    changes.try_emplace("work_end", time_value(world.now));
  }
  if (changes_to(before, changes, "state", "3") || changes_to(before, changes, "state", "4")) {
    changes["active"] = "false";
    changes["closed_at"] = time_value(world.now);
  }
  auto const asks =
      changes_to(before, changes, "state", "-4") || changes_to(before, changes, "state", "-3");
  if (asks && merged(before, changes, "approval") == "not requested") {
    changes["approval"] = "requested";
  }
}

std::optional<http::Response> check_policies(const Record& before, const Fields& changes) {
  auto const state = merged(before, changes, "state");
  std::vector<std::string_view> missing;
  for (auto const& policy : kPolicies) {
    if (policy.table != before.table || policy.state != state) continue;
    if (!merged(before, changes, policy.field).empty()) continue;
    missing.push_back(find_column(before.table, policy.field)->label);
  }
  if (missing.empty()) return std::nullopt;
  return error(
      403,
      "Operation Failed",
      fmt::format(
          "Data Policy Exception: The following fields are mandatory: {}", fmt::join(missing, ", ")
      )
  );
}

std::optional<http::Response> check_step(const Record& before, const Fields& changes) {
  auto const found = changes.find("state");
  if (before.table != "change_request" || found == changes.end()) return std::nullopt;
  if (before.get("state").empty() || found->second == before.get("state")) return std::nullopt;
  auto const next = next_states(before);
  auto const is_next = std::ranges::find(next, found->second) != next.end();
  if (is_next && unmet_condition(before, found->second).empty()) return std::nullopt;
  return error(
      403,
      "Operation Failed",
      "Operation against file 'change_request' was aborted by Business Rule 'Change Model: Check "
      "State Transition'. Business Rule Stack:Change Model: Check State Transition"
  );
}

// Whether all who were asked have approved, or one has refused.
void settle_approval(World& world, const Record& approval) {
  auto* task = world.find(approval.get("sysapproval"));
  if (task == nullptr) return;
  auto is_open = false;
  for (auto const* other : world.all("sysapproval_approver")) {
    auto const is_same = other->get("sysapproval") == task->id();
    is_open = is_open || (is_same && other->get("state") == "requested");
  }
  Fields changes;
  if (approval.get("state") == "rejected") {
    changes["approval"] = "rejected";
  } else if (!is_open) {
    changes["approval"] = "approved";
    if (task->table == "sc_request") changes["request_state"] = "in_process";
  }
  if (!changes.empty()) update(world, *task, changes);
  auto const is_ready = task->get("approval") == "approved" && task->get("state") == "-3";
  if (task->table == "change_request" && is_ready) update(world, *task, {{"state", "-2"}});
}

}  // namespace

void set_defaults(const World& world, std::string_view table, Fields& fields) {
  for (auto const& entry : kDefaults) {
    if (extends(table, entry.table)) fields.try_emplace(std::string(entry.field), entry.value);
  }
  if (!extends(table, "task")) return;
  fields.try_emplace("opened_at", time_value(world.now));
  fields.try_emplace("opened_by", world.user);
  fields.try_emplace("priority", priority_of(fields["impact"], fields["urgency"]));
}

void derive(const World& world, const Record& before, Fields& changes) {
  if (before.table == "incident" || before.table == "problem") {
    changes.erase("priority");
    if (changes.contains("impact") || changes.contains("urgency")) {
      changes["priority"] =
          priority_of(merged(before, changes, "impact"), merged(before, changes, "urgency"));
    }
  }
  if (before.table == "incident") derive_incident(world, before, changes);
  if (before.table == "change_request") derive_change(world, before, changes);
  // Only who is asked may answer.
  if (before.table == "sysapproval_approver" && before.get("approver") != world.user) {
    changes.erase("state");
  }
}

std::optional<http::Response> check(
    const World& /*world*/, const Record& before, const Fields& changes
) {
  if (auto refused = check_policies(before, changes)) return refused;
  return check_step(before, changes);
}

void follow_up(World& world, const Record& record, const Fields& changes) {
  if (record.table == "sysapproval_approver" && changes.contains("state")) {
    settle_approval(world, record);
  }
}

std::vector<std::string_view> next_states(const Record& change) {
  std::vector<std::string_view> states;
  auto const& from = change.get("state");
  for (auto const& step : kSteps) {
    if (step.type == change.get("type") && step.from == from) states.push_back(step.to);
  }
  if (from != "3" && from != "4") states.emplace_back("4");
  return states;
}

std::string_view unmet_condition(const Record& change, std::string_view state) {
  auto const is_asked = change.get("type") != "standard";
  if (state == "-4" && change.get("assignment_group").empty()) {
    return "Assignment group is not empty";
  }
  if (state == "-2" && is_asked && change.get("approval") != "approved") {
    return "Approval is Approved";
  }
  return {};
}

}  // namespace davit::sandbox::servicenow
