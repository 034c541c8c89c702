#include "mcp/tasks.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "mcp/task_id.h"
#include "mcp/tasks_impl.h"

namespace davit::mcp {
namespace {

using jsonrpc::ErrorObject;
using namespace std::chrono_literals;

// How often the table is looked through when nobody asks: bounds what expired tasks hold.
constexpr std::chrono::milliseconds kShortestSweep = 100ms;
constexpr std::chrono::milliseconds kLongestSweep = 60s;

// The lifetime that the client of the experiment asked for, or the longest. A task that would be
// gone before its client can look would be of no use.
std::chrono::milliseconds choose_ttl(const Call& call, std::chrono::milliseconds longest) {
  if (era_of(call.revision) == Era::modern) return longest;
  auto const wanted = json::find_int(call.message->root, "params.task.ttl");
  if (!wanted || *wanted <= 0) return longest;
  constexpr std::chrono::milliseconds kShortest = 1s;
  return std::min(std::max(std::chrono::milliseconds(*wanted), kShortest), longest);
}

}  // namespace

Tasks::Impl::Impl(
    Executor e,
    const Clock& c,
    const KeyRing& r,
    TaskId id,
    Store& s,
    TaskLimits l,
    Run run,
    Counters& counters,
    log::Logger log
)
    : executor(e),
      clock(c),
      ring(r),
      self_id(std::move(id)),
      store(s),
      limits(l),
      run_call(std::move(run)),
      logger(std::move(log)),
      table(l, counters),
      running_level(counters.at("davit_mcp_tasks_running")),
      rejected(counters.at("davit_mcp_rejected_total", "reason=\"too_many_tasks\"")),
      expired(counters.at("davit_mcp_tasks_expired_total")),
      runs(e, logger),
      asks(e, logger),
      background(e, logger) {
  for (auto const status : {TaskStatus::completed, TaskStatus::failed, TaskStatus::cancelled}) {
    auto const label = make_label("status", to_string(status));
    ended.push_back(&counters.at("davit_mcp_tasks_ended_total", label));
  }
}

Outcome Tasks::Impl::start(std::shared_ptr<Call> call) {
  sweep();
  auto const obstacle = is_stopping ? std::optional<std::string>("this server is shutting down")
                                    : table.make_room(call->principal.id);
  if (obstacle) {
    rejected.add();
    return tl::unexpected(ErrorObject{jsonrpc::kInternalError, *obstacle});
  }
  call->is_task = true;
  call->notify = nullptr;  // SEP-2663: tasks have no progress and no log messages
  call->ask_client = nullptr;
  call->release_stream = nullptr;

  auto const entry = std::make_shared<TaskEntry>();
  auto& state = entry->state;
  state.id = make_task_id(ring, self_id);
  state.principal = call->principal;
  state.revision = call->revision;
  state.created = state.updated = clock.now();
  state.ttl = choose_ttl(*call, limits.ttl);
  state.poll_interval = limits.poll_interval;
  entry->expires_at = clock.steady_now() + state.ttl;
  entry->call = std::move(call);
  table.add(entry);
  if (!is_sweeping) {
    is_sweeping = true;
    sweeper = background.spawn("task sweep", sweep_now_and_then(shared_from_this()));
  }
  // A handler may end before its first wait, but the first status is always `working`: MCP
  // 2025-11-25, basic/utilities/tasks, "Task Status Lifecycle".
  auto answer = created_reply(state);
  save(entry);
  auto const first_call = entry->call;
  launch(entry);
  first_call->tool_failed = false;  // whatever comes of the task: the request has not failed
  return answer;
}

void Tasks::Impl::launch(const Entry& entry) {
  auto& call = *entry->call;
  call.asked.clear();
  call.missing.reset();
  call.wants_task = false;
  call.tool_failed = false;
  running_level.add();
  entry->run = runs.spawn("task", run_once(shared_from_this(), entry, entry->call));
}

Async<> Tasks::Impl::run_once(Shared self, Entry entry, std::shared_ptr<Call> call) {
  auto outcome = co_await self->run_call(std::move(call));
  self->running_level.add(-1);
  self->settle(entry, std::move(outcome));
  co_return Result<>();
}

void Tasks::Impl::settle(const Entry& entry, Result<Outcome> outcome) {
  auto& state = entry->state;
  if (is_final(state.status)) return;  // cancelled or expired meanwhile
  auto const asks_more = outcome && *outcome && (*outcome)->kind == Reply::Kind::input_required;
  if (!outcome || (asks_more && entry->is_cancel_wanted)) {
    if (entry->is_cancel_wanted) return end(entry, TaskStatus::cancelled, "cancelled on request");
    if (is_stopping) return fail(entry, "the server stopped before the task was done");
    return fail(entry, "internal error");
  }
  if (!*outcome) {
    state.error = std::move(outcome->error());
    return end(entry, TaskStatus::failed, state.error->message);
  }
  auto& reply = **outcome;
  if (asks_more) return require_input(entry);
  if (reply.kind == Reply::Kind::task) {
    logger.error("a handler wants to become a task once more", {{"tool", entry->call->tool}});
    return fail(entry, "internal error");
  }
  if (auto const most = max_result_bytes_of_one(limits); reply.members.size() > most)
    return fail(entry, fmt::format("the result is larger than the {} bytes kept", most));
  state.result = std::move(reply.members);
  // `isError` is a failure for the experiment only; for the extension failed is what ended in a
  // JSON-RPC error. 2025-11-25, basic/utilities/tasks, "Tool Execution Errors"; SEP-2663, "Task
  // Status".
  if (entry->call->tool_failed && era_of(state.revision) == Era::legacy) {
    return end(entry, TaskStatus::failed, "the tool reported an error");
  }
  end(entry, TaskStatus::completed, "");
}

void Tasks::Impl::require_input(const Entry& entry) {
  auto& state = entry->state;
  auto& call = *entry->call;
  state.pending.clear();
  state.message = "waiting for an answer to:";
  for (auto& request : call.asked) {
    if (call.answers.has(request.key)) continue;  // a key means one question for ever
    state.message.append(state.pending.empty() ? " " : ", ").append(request.key);
    state.pending[request.key] = std::move(request);
  }
  if (state.pending.empty()) {
    logger.error("a task waits for nothing", {{"tool", call.tool}});
    return fail(entry, "internal error");
  }
  state.status = TaskStatus::input_required;
  announce(entry);
}

bool Tasks::Impl::accept(const Entry& entry, const Answers& answers) {
  auto& pending = entry->state.pending;
  auto const before = pending.size();
  for (auto const& [key, answer] : answers.all()) {
    auto const place = pending.find(key);
    if (place == pending.end() || check_answer(place->second, answer)) continue;
    entry->call->answers.set(key, answer);
    pending.erase(place);
  }
  if (pending.size() == before) return false;
  auto const is_through = pending.empty();
  if (is_through) {
    entry->state.status = TaskStatus::working;
    entry->state.message.clear();
  }
  announce(entry);
  if (is_through) launch(entry);
  return is_through;
}

void Tasks::Impl::cancel(const Entry& entry) {
  auto const was_running = entry->state.status == TaskStatus::working;
  auto run = entry->run;
  entry->is_cancel_wanted = true;
  if (!was_running || era_of(entry->state.revision) == Era::legacy) {
    end(entry, TaskStatus::cancelled, "cancelled on request");
  }
  run.cancel();
}

void Tasks::Impl::end(const Entry& entry, TaskStatus status, std::string message) {
  auto& state = entry->state;
  state.status = status;
  state.message = std::move(message);
  state.pending.clear();
  entry->call.reset();
  auto const first = static_cast<std::size_t>(TaskStatus::completed);
  ended[static_cast<std::size_t>(status) - first]->add();
  if (table.find(state.id) == entry) table.note_end(entry);
  announce(entry);
}

void Tasks::Impl::fail(const Entry& entry, std::string message) {
  entry->state.error = ErrorObject{jsonrpc::kInternalError, message};
  end(entry, TaskStatus::failed, std::move(message));
}

void Tasks::Impl::give_up(const Entry& entry, const std::string& why) {
  auto& result = entry->state.result;
  result = R"("content":[{"type":"text","text":)";
  append_json_string(result, "The client did not answer: " + why);
  result += R"(}],"isError":true)";
  end(entry, TaskStatus::failed, "the client did not answer");
}

void Tasks::Impl::announce(const Entry& entry) {
  entry->state.updated = clock.now();
  save(entry);
  wake_waiters(entry);
  if (on_change && era_of(entry->state.revision) == Era::modern) {
    on_change(entry->state.id, task_members(entry->state));
  }
}

void Tasks::Impl::wake_waiters(const Entry& entry) {
  for (auto* waiter : entry->waiters) waiter->notify();
}

void Tasks::Impl::save(const Entry& entry) {
  if (!store.is_shared()) return;
  entry->is_dirty = true;
  if (entry->is_saving) return;
  entry->is_saving = true;
  background.spawn("task save", save_behind(shared_from_this(), entry));
}

// One write at a time for each task, so that an old state never overtakes a new one.
Async<> Tasks::Impl::save_behind(Shared self, Entry entry) {
  while (entry->is_dirty) {
    entry->is_dirty = false;
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(
        entry->expires_at - self->clock.steady_now()
    );
    if (left <= 0ms) break;
    // The store says itself when it is away; the next change is written in full again.
    [[maybe_unused]] auto const ignored =
        co_await self->store.put(task_key(entry->state.id), to_record(entry->state), left);
  }
  entry->is_saving = false;
  co_return Result<>();
}

void Tasks::Impl::sweep() {
  for (auto const& entry : table.take_expired(clock.steady_now())) {
    expired.add();
    if (is_final(entry->state.status)) continue;
    auto run = entry->run;
    fail(entry, "the task took longer than its time to live, and was stopped");
    run.cancel();
  }
}

Async<> Tasks::Impl::sweep_now_and_then(Shared self) {
  for (;;) {
    self->sweep();
    auto const next = self->table.next_expiry();
    if (!next) break;
    auto const left =
        std::chrono::ceil<std::chrono::milliseconds>(*next - self->clock.steady_now());
    DAVIT_CO_CHECK(co_await sleep_for(std::clamp(left, kShortestSweep, kLongestSweep)));
  }
  self->is_sweeping = false;
  co_return Result<>();
}

Async<> Tasks::Impl::stop(Shared self, Duration grace) {
  self->is_stopping = true;
  self->sweeper.cancel();
  DAVIT_CO_CHECK(co_await self->runs.stop(grace));
  for (auto const& entry : self->table.unfinished()) {
    self->fail(entry, "the server stopped before the task was done");
  }
  DAVIT_CO_CHECK(co_await self->asks.stop(0s));
  co_return co_await self->background.stop(grace);
}

// -----------------------------------------------------------------------------------------------

Tasks::Tasks(
    Executor executor,
    const Clock& clock,
    const KeyRing& ring,
    ReplicaId self,
    std::string server,
    Store& store,
    TaskLimits limits,
    Run run,
    Counters& counters,
    log::Logger logger
)
    : impl_(std::make_shared<Impl>(
          executor,
          clock,
          ring,
          TaskId{std::move(self), std::move(server)},
          store,
          limits,
          std::move(run),
          counters,
          std::move(logger)
      )) {}
Tasks::~Tasks() = default;

void Tasks::on_change(OnChange callback) { impl_->on_change = std::move(callback); }

Outcome Tasks::start(std::shared_ptr<Call> call) { return impl_->start(std::move(call)); }

Async<Outcome> Tasks::serve(std::shared_ptr<Call> call) {
  return Impl::serve(impl_, std::move(call));
}

bool Tasks::knows(std::string_view id, const Principal& principal) const {
  auto const entry = impl_->table.find(id);
  return entry != nullptr && entry->state.principal == principal;
}

Async<> Tasks::stop(Duration grace) { return Impl::stop(impl_, grace); }

}  // namespace davit::mcp
