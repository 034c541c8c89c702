#include "mcp/task_state.h"

#include <algorithm>
#include <array>

#include <fmt/chrono.h>

namespace davit::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::array<std::string_view, 5> kStatuses{
    "working", "input_required", "completed", "failed", "cancelled"
};

// ISO 8601, in UTC.
std::string iso_time(system_clock::time_point time) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(time);
  auto const rest = std::chrono::floor<milliseconds>(time - seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, rest.count());
}

std::int64_t to_ms(system_clock::time_point time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

json::Object to_object(const TaskState& task) {
  auto const is_extension = era_of(task.revision) == Era::modern;
  json::Object object{{"taskId", task.id}, {"status", to_string(task.status)}};
  if (!task.message.empty()) object["statusMessage"] = task.message;
  object["createdAt"] = iso_time(task.created);
  object["lastUpdatedAt"] = iso_time(task.updated);
  object[is_extension ? "ttlMs" : "ttl"] = task.ttl.count();
  object[is_extension ? "pollIntervalMs" : "pollInterval"] = task.poll_interval.count();
  return object;
}

json::Object to_object(const jsonrpc::ErrorObject& error) {
  json::Object object{{"code", error.code}, {"message", error.message}};
  if (error.data) object["data"] = *error.data;
  return object;
}

json::Object related(std::string_view task_id) {
  return {{kMetaRelatedTask, json::Object{{"taskId", task_id}}}};
}

}  // namespace

std::string_view to_string(TaskStatus status) {
  return kStatuses[static_cast<std::size_t>(status)];
}

Reply created_reply(const TaskState& task) {
  auto object = to_object(task);
  if (era_of(task.revision) == Era::legacy) object = json::Object{{"task", std::move(object)}};
  auto reply = Reply::of(object);
  reply.kind = Reply::Kind::task;
  return reply;
}

std::string task_members(const TaskState& task) {
  auto object = to_object(task);
  std::string members;
  if (era_of(task.revision) == Era::legacy) {
    json::append_members(members, object);
    return members;
  }
  if (task.status == TaskStatus::input_required) {
    json::Object requests;
    for (auto const& [key, request] : task.pending) {
      requests[key] = json::Object{{"method", request.method}, {"params", request.params}};
    }
    object["inputRequests"] = std::move(requests);
  }
  if (task.status == TaskStatus::failed && task.error) object["error"] = to_object(*task.error);
  json::append_members(members, object);
  if (task.status == TaskStatus::completed) {
    members.append(R"(,"result":{"resultType":"complete")");
    if (!task.result.empty()) members.append(",").append(task.result);
    members += '}';
  }
  return members;
}

Outcome task_outcome(const TaskState& task) {
  if (task.error) return tl::unexpected(*task.error);
  if (task.status == TaskStatus::cancelled) {
    return tl::unexpected(jsonrpc::ErrorObject{jsonrpc::kInternalError, "the task was cancelled"});
  }
  Reply reply{task.result, {}};
  if (!reply.members.empty()) reply.members += ',';
  json::append_members(reply.members, json::Object{{"_meta", related(task.id)}});
  return reply;
}

InputRequest related_request(InputRequest request, std::string_view task_id) {
  request.params["_meta"] = related(task_id);
  return request;
}

std::string to_record(const TaskState& task) {
  json::Object object{
      {"principal", task.principal.id},
      {"revision", to_string(task.revision)},
      {"status", to_string(task.status)},
      {"message", task.message},
      {"created", to_ms(task.created)},
      {"updated", to_ms(task.updated)},
      {"ttl", task.ttl.count()},
      {"poll", task.poll_interval.count()},
      {"result", task.result},
  };
  if (task.error) object["error"] = to_object(*task.error);
  return json::to_text(object);
}

std::optional<TaskState> from_record(std::string_view id, std::string_view record) {
  auto const root = json::parse(record);
  if (!root) return std::nullopt;
  auto const text = [&](std::string_view path) { return json::find_string(*root, path); };
  auto const number = [&](std::string_view path) { return json::find_int(*root, path); };
  auto const status = std::ranges::find(kStatuses, text("status").value_or(""));
  auto const* revision = find_revision(text("revision").value_or(""));
  auto const principal = text("principal");
  if (status == kStatuses.end() || revision == nullptr || !principal) return std::nullopt;

  TaskState task;
  task.id = id;
  task.principal.id = *principal;
  task.revision = revision->revision;
  task.status = static_cast<TaskStatus>(status - kStatuses.begin());
  task.message = text("message").value_or("");
  task.created = system_clock::time_point(milliseconds(number("created").value_or(0)));
  task.updated = system_clock::time_point(milliseconds(number("updated").value_or(0)));
  task.ttl = milliseconds(number("ttl").value_or(0));
  task.poll_interval = milliseconds(number("poll").value_or(0));
  task.result = text("result").value_or("");
  if (auto const code = number("error.code")) {
    auto& error = task.error.emplace();
    error.code = static_cast<int>(*code);
    error.message = text("error.message").value_or("");
    if (auto const* data = json::find(*root, "error.data")) error.data = *data;
  }
  return task;
}

}  // namespace davit::mcp
