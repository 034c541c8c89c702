// Task ids: sealed, so that nobody can guess or make one, and naming the replica and the server
// that made them. Inside mcp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/seal.h"
#include "mcp/replica.h"

namespace davit::mcp {

struct TaskId {
  ReplicaId maker;
  std::string server;
};

// A new one each time: visible ASCII, as it also travels in the header `Mcp-Name`.
std::string make_task_id(const KeyRing& ring, const TaskId& id);
// Nothing when it is no task id of this deployment.
std::optional<TaskId> open_task_id(const KeyRing& ring, std::string_view text);

// Where the shared store keeps the task. The id itself is what opens a task, and stays out of it.
std::string task_key(std::string_view id);

}  // namespace davit::mcp
