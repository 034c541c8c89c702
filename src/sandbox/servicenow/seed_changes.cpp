// Changes, their tasks and approvals, and the templates of standard changes.
#include <fmt/format.h>

#include "sandbox/servicenow/seed.h"

namespace davit::sandbox::servicenow {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Change {
  std::string_view number;
  std::string_view title;
  std::string_view type;
  std::string_view state;
  std::string_view approval;
  std::string_view system;
  std::string_view assigned_to;
  hours start;  // before the start of the sandbox; negative lies ahead
};
constexpr Change kChanges[] = {
    {"CHG0030018",
     "Rotate certificates of harbor-web",
     "standard",
     "3",
     "approved",
     story::kFrontEnd,
     "tomas",
     hours(200)},
    {"CHG0030019",
     "Raise the pool size of orders-db",
     "normal",
     "3",
     "approved",
     story::kDatabase,
     "jonas",
     hours(120)},
    {"CHG0030020",
     "Patch hrb-app-01 and hrb-app-02",
     "normal",
     "4",
     "rejected",
     "hrb-app-01",
     "tomas",
     hours(72)},
    {"CHG0030022",
     "Roll harbor-api back to 4.1.14",
     "emergency",
     "-3",
     "requested",
     story::kService,
     "tomas",
     hours(-1)},
    {"CHG0030023",
     "Upgrade orders-db to PostgreSQL 16",
     "normal",
     "-4",
     "requested",
     story::kDatabase,
     "aisha",
     hours(-72)},
    {"CHG0030024",
     "New firewall rule for payment-provider",
     "normal",
     "-5",
     "not requested",
     story::kProvider,
     "tomas",
     hours(-96)},
    {"CHG0030025",
     "Enable read replicas",
     "normal",
     "-2",
     "approved",
     story::kDatabase,
     "aisha",
     hours(-2)},
};

std::string_view close_code(std::string_view state) { return state == "3" ? "successful" : ""; }

Fields fields_of(const World& world, const Change& change) {
  auto const is_closed = change.state == "3" || change.state == "4";
  return {
      {"sys_id", number_id(change.number)},
      {"number", std::string(change.number)},
      {"short_description", std::string(change.title)},
      {"description", fmt::format("{}. Owner: the Payments team.", change.title)},
      {"type", std::string(change.type)},
      {"state", std::string(change.state)},
      {"approval", std::string(change.approval)},
      {"cmdb_ci", system_id(change.system)},
      {"assigned_to", user_id(change.assigned_to)},
      {"assignment_group", group_id("Payments on call")},
      {"requested_by", user_id("mina")},
      {"opened_by", user_id(change.assigned_to)},
      {"opened_at", before(world, change.start + hours(24 * 7))},
      {"sys_created_on", before(world, change.start + hours(24 * 7))},
      {"start_date", before(world, change.start)},
      {"end_date", before(world, change.start - hours(2))},
      {"risk", "3"},
      {"impact", "2"},
      {"urgency", "2"},
      {"priority", "3"},
      {"active", is_closed ? "false" : "true"},
      {"conflict_status", "Not Run"},
      {"on_hold", "false"},
      {"implementation_plan", "1. Announce\n2. Do\n3. Check"},
      {"backout_plan", "Deploy the version before"},
      {"chg_model", make_id(fmt::format("model:{}", change.type))},
      {"close_code", std::string(close_code(change.state))},
      {"close_notes", change.state == "3" ? "Done as planned" : ""},
  };
}

// The one of the story: deployed, and nobody has reviewed it yet.
void add_story(World& world) {
  Change const change{
      story::kChange,
      story::kChangeTitle,
      "normal",
      "0",
      "approved",
      story::kService,
      "jonas",
      hours(1)
  };
  auto fields = fields_of(world, change);
  fields["start_date"] = before(world, story::kDeployed);
  fields["end_date"] = before(world, story::kDeployed - minutes(10));
  fields["work_start"] = before(world, story::kDeployed);
  fields["work_end"] = before(world, story::kDeployed - minutes(6));
  fields["risk"] = "4";
  fields["description"] = fmt::format(
      "Version {} of {}: {}.\nMerge request: {}\nBack out to {}.",
      story::kBadVersion,
      story::kService,
      story::kMergeRequestTitle,
      story::merge_request_url(world.addresses),
      story::kGoodVersion
  );
  fields["backout_plan"] = fmt::format("Deploy {}", story::kGoodVersion);
  auto const& record = world.insert("change_request", std::move(fields));
  say(world,
      record,
      "work_notes",
      "jonas",
      story::kDeployed - minutes(6),
      "4.2.0 is on both servers, smoke test passed.");
}

void add_task(
    World& world,
    std::string_view change,
    std::string_view title,
    std::string_view kind,
    std::string_view state
) {
  auto const number = fmt::format("CTASK{:07}", 10001 + world.rows["change_task"].size());
  world.insert(
      "change_task",
      {{"sys_id", number_id(number)},
       {"number", number},
       {"change_request", number_id(change)},
       {"parent", number_id(change)},
       {"short_description", std::string(title)},
       {"change_task_type", std::string(kind)},
       {"state", std::string(state)},
       {"active", state == "3" ? "false" : "true"},
       {"assigned_to", user_id("tomas")},
       {"assignment_group", group_id("Payments on call")}}
  );
}

void add_approval(
    World& world, std::string_view number, std::string_view approver, std::string_view state
) {
  world.insert(
      "sysapproval_approver",
      {{"sys_id", make_id(fmt::format("approval:{}:{}", number, approver))},
       {"sysapproval", number_id(number)},
       {"document_id", number_id(number)},
       {"source_table", "change_request"},
       {"approver", user_id(approver)},
       {"group", group_id("Change advisory board")},
       {"state", std::string(state)},
       {"due_date", before(world, -hours(24))}}
  );
}

void add_template(World& world, std::string_view name, std::string_view description) {
  world.insert(
      "std_change_record_producer",
      {{"sys_id", make_id(fmt::format("template:{}", name))},
       {"name", std::string(name)},
       {"short_description", std::string(description)},
       {"table_name", "change_request"},
       {"active", "true"},
       {"template", fmt::format("short_description={}^risk=4^type=standard", name)}}
  );
}

}  // namespace

void seed_changes(World& world) {
  for (std::string_view const kind : {"normal", "standard", "emergency"}) {
    world.insert(
        "chg_model",
        {{"sys_id", make_id(fmt::format("model:{}", kind))},
         {"name", fmt::format("{}{}", static_cast<char>(kind[0] - 32), kind.substr(1))},
         {"active", "true"}}
    );
  }
  for (auto const& change : kChanges) {
    world.insert("change_request", fields_of(world, change));
    world.insert(
        "task_ci",
        {{"sys_id", make_id(fmt::format("task_ci:{}", change.number))},
         {"task", number_id(change.number)},
         {"ci_item", system_id(change.system)}}
    );
  }
  add_story(world);
  add_task(world, story::kChange, "Deploy 4.2.0", "implementation", "3");
  add_task(world, story::kChange, "Watch the failure rate for an hour", "testing", "2");
  add_task(world, "CHG0030023", "Rehearse on a copy", "planning", "1");
  add_approval(world, story::kChange, "priya", "approved");
  add_approval(world, "CHG0030022", "mina", "requested");
  add_approval(world, "CHG0030023", "priya", "requested");
  add_template(world, "Restart an application", "Restart one application behind the balancer");
  add_template(world, "Renew a certificate", "Renew a certificate before it ends");
}

}  // namespace davit::sandbox::servicenow
