#include "sandbox/servicenow/dictionary.h"

#include <algorithm>

namespace davit::sandbox::servicenow {
namespace {

constexpr Table kTables[] = {
    {"task", "Task", "", "number", "TASK"},
    {"incident", "Incident", "task", "number", "INC"},
    {"problem", "Problem", "task", "number", "PRB"},
    {"change_request", "Change Request", "task", "number", "CHG"},
    {"change_task", "Change Task", "task", "number", "CTASK"},
    {"sc_request", "Request", "task", "number", "REQ"},
    {"sc_req_item", "Requested Item", "task", "number", "RITM"},
    {"sc_task", "Catalog Task", "task", "number", "SCTASK"},
    {"cmdb", "Base Configuration Item", "", "name"},
    {"cmdb_ci", "Configuration Item", "cmdb", "name"},
    {"cmdb_ci_service", "Service", "cmdb_ci", "name"},
    {"cmdb_ci_appl", "Application", "cmdb_ci", "name"},
    {"cmdb_ci_server", "Server", "cmdb_ci", "name"},
    {"cmdb_ci_linux_server", "Linux Server", "cmdb_ci_server", "name"},
    {"cmdb_ci_db_instance", "Database Instance", "cmdb_ci_appl", "name"},
    {"cmdb_rel_ci", "CI Relationship", "", ""},
    {"cmdb_rel_type", "CI Relationship Type", "", "name"},
    {"task_ci", "CIs Affected", "", ""},
    {"sys_user", "User", "", "name"},
    {"sys_user_group", "Group", "", "name"},
    {"sys_user_grmember", "Group Member", "", ""},
    {"sysapproval_approver", "Approval", "", "sysapproval"},
    {"kb_knowledge_base", "Knowledge Base", "", "title"},
    {"kb_category", "Knowledge Category", "", "label"},
    {"kb_knowledge", "Knowledge", "", "number", "KB"},
    {"sc_catalog", "Catalog", "", "title"},
    {"sc_category", "Category", "", "title"},
    {"sc_cat_item", "Catalog Item", "", "name"},
    {"sc_cat_item_producer", "Record Producer", "sc_cat_item", "name"},
    {"item_option_new", "Variable", "", "question_text"},
    {"question_choice", "Question Choice", "", "text"},
    {"sc_item_option", "Options", "", ""},
    {"std_change_record_producer", "Standard Change Template", "sc_cat_item_producer", "name"},
    {"chg_model", "Change Model", "", "name"},
    {"conflict", "Conflict", "", ""},
    {"sys_attachment", "Attachment", "", "file_name"},
    {"sys_journal_field", "Journal Entry", "", ""},
    {"sys_audit", "Audit", "", ""},
    {"sys_dictionary", "Dictionary Entry", "", ""},
    {"sys_db_object", "Table", "", "label"},
    {"sys_choice", "Choice", "", "label"},
    {"sys_import_set_row", "Import Set Row", "", ""},
    {"u_imp_incident", "Incident import", "sys_import_set_row", ""},
};

constexpr Choice kChoices[] = {
    {"incident.state", "1", "New"},
    {"incident.state", "2", "In Progress"},
    {"incident.state", "3", "On Hold"},
    {"incident.state", "6", "Resolved"},
    {"incident.state", "7", "Closed"},
    {"incident.state", "8", "Canceled"},
    {"incident.hold_reason", "1", "Awaiting Caller"},
    {"incident.hold_reason", "5", "Awaiting Change"},
    {"incident.hold_reason", "3", "Awaiting Problem"},
    {"incident.hold_reason", "4", "Awaiting Vendor"},
    {"incident.close_code", "Duplicate", "Duplicate"},
    {"incident.close_code", "Known error", "Known error"},
    {"incident.close_code", "No resolution provided", "No resolution provided"},
    {"incident.close_code", "Resolved by caller", "Resolved by caller"},
    {"incident.close_code", "Resolved by change", "Resolved by change"},
    {"incident.close_code", "Solution provided", "Solution provided"},
    {"incident.close_code", "Workaround provided", "Workaround provided"},
    {"incident.category", "inquiry", "Inquiry / Help"},
    {"incident.category", "software", "Software"},
    {"incident.category", "hardware", "Hardware"},
    {"incident.category", "network", "Network"},
    {"incident.category", "database", "Database"},
    {"incident.contact_type", "email", "Email"},
    {"incident.contact_type", "phone", "Phone"},
    {"incident.contact_type", "self-service", "Self-service"},
    {"incident.contact_type", "monitoring", "Monitoring"},
    {"problem.state", "101", "New"},
    {"problem.state", "102", "Assess"},
    {"problem.state", "103", "Root Cause Analysis"},
    {"problem.state", "104", "Fix in Progress"},
    {"problem.state", "106", "Resolved"},
    {"problem.state", "107", "Closed"},
    {"change_request.state", "-5", "New"},
    {"change_request.state", "-4", "Assess"},
    {"change_request.state", "-3", "Authorize"},
    {"change_request.state", "-2", "Scheduled"},
    {"change_request.state", "-1", "Implement"},
    {"change_request.state", "0", "Review"},
    {"change_request.state", "3", "Closed"},
    {"change_request.state", "4", "Canceled"},
    {"change_request.type", "normal", "Normal"},
    {"change_request.type", "standard", "Standard"},
    {"change_request.type", "emergency", "Emergency"},
    {"change_request.risk", "2", "High"},
    {"change_request.risk", "3", "Moderate"},
    {"change_request.risk", "4", "Low"},
    {"change_request.conflict_status", "Not Run", "Not Run"},
    {"change_request.conflict_status", "No Conflict", "No Conflict"},
    {"change_request.conflict_status", "Conflict", "Conflict"},
    {"change_request.close_code", "successful", "Successful"},
    {"change_request.close_code", "successful_issues", "Successful with issues"},
    {"change_request.close_code", "unsuccessful", "Unsuccessful"},
    {"change_task.state", "-5", "Pending"},
    {"change_task.state", "1", "Open"},
    {"change_task.state", "2", "In Progress"},
    {"change_task.state", "3", "Closed"},
    {"change_task.state", "4", "Canceled"},
    {"change_task.change_task_type", "planning", "Planning"},
    {"change_task.change_task_type", "implementation", "Implementation"},
    {"change_task.change_task_type", "testing", "Testing"},
    {"change_task.change_task_type", "review", "Review"},
    {"task.state", "-5", "Pending"},
    {"task.state", "1", "Open"},
    {"task.state", "2", "Work in Progress"},
    {"task.state", "3", "Closed Complete"},
    {"task.state", "4", "Closed Incomplete"},
    {"task.state", "7", "Closed Skipped"},
    {"task.priority", "1", "1 - Critical"},
    {"task.priority", "2", "2 - High"},
    {"task.priority", "3", "3 - Moderate"},
    {"task.priority", "4", "4 - Low"},
    {"task.priority", "5", "5 - Planning"},
    {"task.impact", "1", "1 - High"},
    {"task.impact", "2", "2 - Medium"},
    {"task.impact", "3", "3 - Low"},
    {"task.urgency", "1", "1 - High"},
    {"task.urgency", "2", "2 - Medium"},
    {"task.urgency", "3", "3 - Low"},
    {"task.approval", "not requested", "Not Yet Requested"},
    {"task.approval", "requested", "Requested"},
    {"task.approval", "approved", "Approved"},
    {"task.approval", "rejected", "Rejected"},
    {"sysapproval_approver.state", "not requested", "Not Yet Requested"},
    {"sysapproval_approver.state", "requested", "Requested"},
    {"sysapproval_approver.state", "approved", "Approved"},
    {"sysapproval_approver.state", "rejected", "Rejected"},
    {"sysapproval_approver.state", "cancelled", "No Longer Required"},
    {"sysapproval_approver.state", "not_required", "No Longer Required"},
    {"sc_request.request_state", "requested", "Pending Approval"},
    {"sc_request.request_state", "in_process", "Approved"},
    {"sc_request.request_state", "closed_complete", "Closed Complete"},
    {"cmdb_ci.operational_status", "1", "Operational"},
    {"cmdb_ci.operational_status", "2", "Non-Operational"},
    {"cmdb_ci.operational_status", "6", "Retired"},
    {"cmdb_ci.install_status", "1", "Installed"},
    {"cmdb_ci.install_status", "7", "Retired"},
    {"kb_knowledge.workflow_state", "draft", "Draft"},
    {"kb_knowledge.workflow_state", "published", "Published"},
    {"kb_knowledge.workflow_state", "retired", "Retired"},
    {"item_option_new.type", "1", "Yes / No"},
    {"item_option_new.type", "2", "Multi Line Text"},
    {"item_option_new.type", "5", "Select Box"},
    {"item_option_new.type", "6", "Single Line Text"},
    {"item_option_new.type", "8", "Reference"},
};

struct TypeName {
  Type type;
  std::string_view name;
};
constexpr TypeName kTypeNames[] = {
    {Type::string, "string"},
    {Type::integer, "integer"},
    {Type::boolean, "boolean"},
    {Type::date_time, "glide_date_time"},
    {Type::reference, "reference"},
    {Type::named, "reference"},
    {Type::choice, "string"},
    {Type::number_choice, "integer"},
    {Type::journal, "journal_input"},
    {Type::html, "html"},
    {Type::password, "password2"},
};

// What every table has.
constexpr Column kSystemColumns[] = {
    {"", "sys_id", "Sys ID", Type::string, {}, false, true},
    {"", "sys_created_on", "Created", Type::date_time, {}, false, true},
    {"", "sys_created_by", "Created by", Type::string, {}, false, true},
    {"", "sys_updated_on", "Updated", Type::date_time, {}, false, true},
    {"", "sys_updated_by", "Updated by", Type::string, {}, false, true},
    {"", "sys_mod_count", "Updates", Type::integer, {}, false, true},
    {"", "sys_tags", "Tags", Type::string, {}, false, true},
};

}  // namespace

std::span<const Table> tables() { return kTables; }
std::span<const Choice> choices() { return kChoices; }

const Table* find_table(std::string_view name) {
  auto const* const found = std::ranges::find(kTables, name, &Table::name);
  return found == std::ranges::end(kTables) ? nullptr : found;
}

bool extends(std::string_view table, std::string_view ancestor) {
  while (!table.empty()) {
    if (table == ancestor) return true;
    auto const* found = find_table(table);
    table = found == nullptr ? std::string_view() : found->extends;
  }
  return false;
}

std::vector<const Column*> columns_of(std::string_view table) {
  std::vector<const Column*> all;
  for (auto const& column : kSystemColumns) all.push_back(&column);
  for (auto const* at = find_table(table); at != nullptr; at = find_table(at->extends)) {
    for (auto const& column : columns()) {
      if (column.table != at->name) continue;
      // A column of the nearer table hides one of the same name further up.
      auto const is_new = std::ranges::none_of(all, [&](const Column* other) {
        return other->name == column.name;
      });
      if (is_new) all.push_back(&column);
    }
  }
  return all;
}

const Column* find_column(std::string_view table, std::string_view name) {
  for (auto const& column : kSystemColumns) {
    if (column.name == name) return &column;
  }
  for (auto const* at = find_table(table); at != nullptr; at = find_table(at->extends)) {
    for (auto const& column : columns()) {
      if (column.table == at->name && column.name == name) return &column;
    }
  }
  return nullptr;
}

std::optional<std::string_view> choice_label(std::string_view set, std::string_view value) {
  for (auto const& choice : kChoices) {
    if (choice.set == set && choice.value == value) return choice.label;
  }
  return std::nullopt;
}

std::string_view internal_type(Type type) {
  for (auto const& entry : kTypeNames) {
    if (entry.type == type) return entry.name;
  }
  return "string";
}

std::string_view display_field(std::string_view table) {
  auto const* found = find_table(table);
  return found == nullptr ? std::string_view() : found->display;
}

}  // namespace davit::sandbox::servicenow
