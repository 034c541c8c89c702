#include "app/local/view.h"

#include "app/local/members.h"

namespace davit::app {
namespace {

json::Object to_json(const local::TaskStatus& task) {
  auto object = local::to_json(task.record);
  object["state"] = task.state;
  object["restarts"] = task.restarts;
  object["last_exit"] = task.last_exit;
  object["weight"] = task.weight;
  object["requests_running"] = task.requests_running;
  return object;
}

int number(const json::Value& value, std::string_view key) {
  return static_cast<int>(json::find_int(value, key).value_or(0));
}

Result<local::TaskStatus> task_of(const json::Value& value) {
  DAVIT_TRY(auto record, local::task_from_json(value));
  return local::TaskStatus{
      .record = std::move(record),
      .state = text_of(value, "state"),
      .restarts = number(value, "restarts"),
      .last_exit = text_of(value, "last_exit"),
      .weight = number(value, "weight"),
      .requests_running = json::find_int(value, "requests_running").value_or(0),
  };
}

std::int64_t to_number(rollout::Time time) { return time.time_since_epoch().count(); }

rollout::Time time_of(const json::Value& value, std::string_view key) {
  return rollout::Time(std::chrono::milliseconds(json::find_int(value, key).value_or(0)));
}

}  // namespace

bool goes_back(rollout::Stage stage) {
  using rollout::Stage;
  return stage == Stage::restoring || stage == Stage::shifting_back || stage == Stage::removing;
}

json::Object to_json(const local::Status& status) {
  json::Array tasks;
  for (auto const& task : status.tasks) tasks.emplace_back(to_json(task));
  return {
      {"port", status.port},
      {"balancer_pid", status.balancer_pid},
      {"balancer_trouble", status.balancer_trouble},
      {"serving", status.serving},
      {"coming", status.coming},
      {"weight", status.weight},
      {"tasks", std::move(tasks)},
  };
}

Result<local::Status> status_from_json(const json::Value& value) {
  local::Status status{
      .port = static_cast<std::uint16_t>(number(value, "port")),
      .balancer_pid = number(value, "balancer_pid"),
      .balancer_trouble = text_of(value, "balancer_trouble"),
      .serving = text_of(value, "serving"),
      .coming = text_of(value, "coming"),
      .weight = number(value, "weight"),
  };
  auto const* tasks = json::find_array(value, "tasks");
  if (tasks == nullptr) return status;
  for (auto const& one : *tasks) {
    DAVIT_TRY(auto task, task_of(one));
    status.tasks.push_back(std::move(task));
  }
  return status;
}

json::Object to_json(const View& view) {
  json::Object object{
      {"event", "release"},
      {"now", to_number(view.now)},
      {"actor", view.actor},
      {"command", view.command},
      {"began", to_number(view.began)},
      {"running", view.is_running},
      {"note", view.note},
      {"status", to_json(view.status)},
  };
  json::Object ages;
  for (auto const& [task, age] : view.ages) ages[task] = age.count();
  object["ages"] = std::move(ages);
  if (view.state) object["state"] = release::to_json(*view.state);
  return object;
}

Result<View> view_from_json(const json::Object& object) {
  json::Value const value(object);
  View view{
      .now = time_of(value, "now"),
      .actor = text_of(value, "actor"),
      .command = text_of(value, "command"),
      .began = time_of(value, "began"),
      .is_running = json::find_bool(value, "running").value_or(true),
      .note = text_of(value, "note"),
  };
  if (auto const* ages = json::find_object(object, "ages")) {
    for (auto const& [task, age] : *ages) {
      view.ages[std::string(task)] =
          rollout::milliseconds(age.is_int64() ? age.get_int64() : std::int64_t{0});
    }
  }
  auto const* status = json::find(value, "status");
  if (status == nullptr) return Error(ErrorKind::protocol, "the supervisor told no status");
  DAVIT_TRY(view.status, status_from_json(*status));
  if (auto const* state = json::find(value, "state")) {
    DAVIT_TRY(view.state, release::state_from_json(*state));
  }
  return view;
}

}  // namespace davit::app
