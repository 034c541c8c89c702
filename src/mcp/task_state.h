// TaskState: what is known of a task, and how it is written: for the clients of both forms, and for
// the shared store. Inside mcp only.
//
// Sources: "extension" is SEP-2663, specification/draft/tasks.md of ext-tasks; "experiment" is MCP
// 2025-11-25, basic/utilities/tasks.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/principal.h"
#include "jsonrpc/message.h"
#include "mcp/ask.h"
#include "mcp/dispatch.h"
#include "mcp/protocol.h"

namespace davit::mcp {

enum class TaskStatus { working, input_required, completed, failed, cancelled };
std::string_view to_string(TaskStatus status);
constexpr bool is_final(TaskStatus status) { return status >= TaskStatus::completed; }

struct TaskState {
  std::string id;
  Principal principal;
  // Of the client that started it. Others do not see it: the result is written for this one.
  Revision revision = Revision::v2026_07_28;

  TaskStatus status = TaskStatus::working;
  std::string message;  // for users; may be empty
  std::chrono::system_clock::time_point created;
  std::chrono::system_clock::time_point updated;
  std::chrono::milliseconds ttl{};
  std::chrono::milliseconds poll_interval{};

  // input_required: what is not answered yet, by key.
  std::map<std::string, InputRequest, std::less<>> pending;
  // Members of the tool's result, when it came to one.
  std::string result;
  // failed, without a result.
  std::optional<jsonrpc::ErrorObject> error;
};

// The CreateTaskResult; its kind is `task`.
Reply created_reply(const TaskState& task);
// What tasks/get answers: the Task of the experiment, the DetailedTask of the extension.
std::string task_members(const TaskState& task);
// What tasks/result answers for a task that has ended: exactly what the call would have answered,
// and the task it belongs to. Experiment, "Result Retrieval" and "Associating Messages".
Outcome task_outcome(const TaskState& task);
// The question as part of the task. Experiment, "Associating Messages".
InputRequest related_request(InputRequest request, std::string_view task_id);

// For the store: everything but what is pending, which only the process that asked can use.
std::string to_record(const TaskState& task);
// Nothing when the record cannot be read.
std::optional<TaskState> from_record(std::string_view id, std::string_view record);

}  // namespace davit::mcp
