// tasks/get, tasks/update, tasks/cancel and tasks/result.
#include <algorithm>

#include "base/strings.h"
#include "mcp/task_id.h"
#include "mcp/tasks_impl.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;
using jsonrpc::kInvalidParams;

constexpr std::string_view kGone =
    "the server process that ran this task has gone, and the task with it; call the tool again";

Outcome refuse(int code, std::string message) {
  return tl::unexpected(ErrorObject{code, std::move(message)});
}

Outcome lacks_extension() {
  json::Object data{{"requiredCapabilities", to_json(ClientCapabilities::tasks)}};
  auto message = "the client must declare the extension " + std::string(kTasksExtension);
  return tl::unexpected(ErrorObject{kMissingCapability, std::move(message), std::move(data)});
}

// One who waits in tasks/result, for as long as it does.
class Waiter {
 public:
  Waiter(Executor executor, std::shared_ptr<TaskEntry> entry)
      : changed_(std::move(executor)),
        entry_(std::move(entry)),
        place_(entry_->waiters.insert(entry_->waiters.end(), &changed_)) {}
  ~Waiter() { entry_->waiters.erase(place_); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Async<> wait() { return changed_.wait(); }

 private:
  Event changed_;
  std::shared_ptr<TaskEntry> entry_;
  std::list<Event*>::iterator place_;
};

}  // namespace

// Which form has the method. tasks/list is optional, and as a server without authentication must
// not show one client's tasks to another, it is left out: MCP 2025-11-25, basic/utilities/tasks,
// "Security Considerations".
struct Tasks::Impl::Method {
  std::string_view name;
  bool in_experiment;
  bool in_extension;
  Async<Outcome> (Impl::*serve)(std::shared_ptr<Call> call, Entry entry);
};

Async<Outcome> Tasks::Impl::serve(Shared self, std::shared_ptr<Call> call) {
  static constexpr Method kMethods[] = {
      {"tasks/get", true, true, &Impl::get},
      {"tasks/update", false, true, &Impl::update},
      {"tasks/cancel", true, true, &Impl::cancel_by},
      {"tasks/result", true, false, &Impl::result},
  };
  auto const& message = *call->message;
  auto const is_extension = era_of(call->revision) == Era::modern;
  auto const* method = std::ranges::find(kMethods, message.method, &Method::name);
  auto const is_known = method != std::end(kMethods) && call->revision >= Revision::v2025_11_25 &&
                        (is_extension ? method->in_extension : method->in_experiment);
  if (!is_known) {
    auto const name = std::string(utf8_prefix(message.method, 100));
    co_return refuse(jsonrpc::kMethodNotFound, "unknown method '" + name + "'");
  }
  if (is_extension && !call->capabilities.has(ClientCapabilities::tasks)) {
    co_return lacks_extension();
  }
  auto const id = json::find_string(message.root, "params.taskId");
  if (!id) co_return refuse(kInvalidParams, "params.taskId must be the id of a task");

  self->sweep();
  DAVIT_CO_TRY(auto entry, co_await self->find(std::string(*id), call->principal, call->revision));
  if (entry == nullptr) {
    auto const opened = open_task_id(self->ring, *id);
    auto const is_elsewhere = opened && opened->maker != self->self_id.maker;
    co_return refuse(
        kInvalidParams,
        is_elsewhere ? "unknown task: it may have been lost with the process that ran it"
                     : "unknown task: it never was, or is too old to be kept"
    );
  }
  co_return co_await (self.get()->*method->serve)(std::move(call), std::move(entry));
}

Async<Tasks::Impl::Entry> Tasks::Impl::find(
    std::string id, Principal principal, Revision revision
) {
  auto const may_see = [&](const TaskState& task) {
    return task.principal == principal && task.revision == revision;
  };
  if (auto entry = table.find(id)) co_return may_see(entry->state) ? entry : nullptr;

  // The ids of this deployment and server only: nobody may look for what else is in the store.
  auto const opened = open_task_id(ring, id);
  if (!store.is_shared() || !opened || opened->server != self_id.server) co_return nullptr;
  auto record = co_await store.get(task_key(id));
  if (!record) {
    if (record.error().kind() == ErrorKind::cancelled) co_return std::move(record).error();
    co_return nullptr;
  }
  auto task = *record ? from_record(id, **record) : std::nullopt;
  if (!task || !may_see(*task)) co_return nullptr;
  auto entry = std::make_shared<TaskEntry>();
  entry->state = *std::move(task);
  if (!is_final(entry->state.status)) {
    entry->state.status = TaskStatus::failed;
    entry->state.message = kGone;
    entry->state.error = ErrorObject{jsonrpc::kInternalError, std::string(kGone)};
  }
  co_return entry;
}

Async<Outcome> Tasks::Impl::get(std::shared_ptr<Call>, Entry entry) {
  co_return Reply{task_members(entry->state), {}};
}

Async<Outcome> Tasks::Impl::update(std::shared_ptr<Call> call, Entry entry) {
  auto const* responses = json::find_object(call->message->root, "params.inputResponses");
  if (responses == nullptr) {
    co_return refuse(kInvalidParams, "params.inputResponses must be an object");
  }
  Answers answers;
  for (auto const& [key, response] : *responses) {
    // A copy of its own: it outlives the arena of this call.
    if (response.is_object()) answers.set(key, json::Object(response.get_object(), {}));
  }
  if (entry->state.status == TaskStatus::input_required) accept(entry, answers);
  co_return Reply{};
}

Async<Outcome> Tasks::Impl::cancel_by(std::shared_ptr<Call> call, Entry entry) {
  auto const was_over = is_final(entry->state.status);
  if (!was_over) cancel(entry);
  if (era_of(call->revision) == Era::modern) co_return Reply{};
  if (was_over) {
    auto const status = std::string(to_string(entry->state.status));
    co_return refuse(kInvalidParams, "the task has ended already: it is " + status);
  }
  co_return Reply{task_members(entry->state), {}};
}

Async<Outcome> Tasks::Impl::result(std::shared_ptr<Call> call, Entry entry) {
  Waiter waiter(executor, entry);
  Task asking;
  while (!is_final(entry->state.status)) {
    auto const waits_for_client = entry->state.status == TaskStatus::input_required;
    if (waits_for_client && !entry->is_asking && call->ask_client) {
      entry->is_asking = true;
      asking = asks.spawn("task ask", ask(shared_from_this(), call, entry));
      continue;  // it may be through already
    }
    auto const woken = co_await waiter.wait();
    if (!woken) {
      asking.cancel();
      co_return woken.error();
    }
  }
  asking.cancel();
  co_return task_outcome(entry->state);
}

// Puts what is pending to the client, on the stream of its tasks/result.
Async<> Tasks::Impl::ask(Shared self, std::shared_ptr<Call> call, Entry entry) {
  std::vector<InputRequest> requests;
  for (auto const& [key, request] : entry->state.pending) {
    requests.push_back(related_request(request, entry->state.id));
  }
  auto const answers = co_await call->ask_client(std::move(requests));
  entry->is_asking = false;
  if (is_final(entry->state.status)) co_return Result<>();
  if (!answers && answers.error().kind() == ErrorKind::cancelled) {
    self->wake_waiters(entry);  // this one has left; another may ask
  } else if (!answers) {
    self->give_up(entry, answers.error().message());
  } else if (!self->accept(entry, *answers)) {
    self->give_up(entry, "it left a question open");
  }
  co_return Result<>();
}

}  // namespace davit::mcp
