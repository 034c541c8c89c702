// What there is to say of a version: figures, and what explains a failure.
#include <algorithm>

#include <fmt/format.h>

#include "async/gather.h"
#include "targets/local/backends.h"
#include "targets/local/files.h"
#include "targets/local/health.h"
#include "targets/local/log_files.h"
#include "targets/local/tasks.h"

namespace davit::local {
namespace {

constexpr std::size_t kMostTimes = 10'000;

void add_to(TaskFigures& sum, const TaskFigures& more) {
  sum.requests += more.requests;
  sum.errors_5xx += more.errors_5xx;
  auto const room = kMostTimes - std::min(kMostTimes, sum.times_ms.size());
  auto const count = static_cast<std::ptrdiff_t>(std::min(room, more.times_ms.size()));
  sum.times_ms.insert(sum.times_ms.end(), more.times_ms.begin(), more.times_ms.begin() + count);
}

// The smallest time that 99 of 100 requests do not exceed.
std::optional<std::chrono::milliseconds> p99(std::vector<std::uint32_t> times) {
  if (times.empty()) return {};
  auto const rank = (times.size() * 99 + 99) / 100 - 1;
  auto const at = times.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(times.begin(), at, times.end());
  return std::chrono::milliseconds(*at);
}

// Healthy once, and not now. One that was taken over a moment ago has not been asked yet.
bool has_fallen_ill(const Entry& entry) {
  if (!entry.was_healthy || entry.is_leaving) return false;
  if (entry.state == TaskState::starting) return entry.crashes > 0 || entry.failures >= kFailures;
  return entry.state == TaskState::unhealthy || entry.state == TaskState::crashed;
}

json::Object to_json(const TaskFigures& figures) {
  json::Object object{{"requests", figures.requests}, {"errors_5xx", figures.errors_5xx}};
  if (auto const time = p99(figures.times_ms)) object["p99_ms"] = time->count();
  return object;
}

}  // namespace

// The balancer tells each figure once, and several versions want to know theirs.
void Tasks::take_figures() {
  for (auto const& [id, figures] : front_->take_figures()) {
    for (auto const& entry : entries_) {
      if (entry->record.id == id) add_to(entry->figures, figures);
    }
  }
}

// davitd counts from the start of its process: what it has before we ask first was not asked by
// clients, but by the gate.
Async<> Tasks::count_rpc_errors(EntryPtr entry, release::Measured* measured) {
  auto const now = co_await rpc_errors(&client_, entry->record.ports.admin);
  if (!now) {
    if (now.error().kind() == ErrorKind::cancelled) co_return now.error();
    measured->not_measured.push_back(
        fmt::format("rpc_errors of {}: {}", entry->record.id, now.error().message())
    );
    co_return Result<>();
  }
  auto const before = entry->rpc_errors;
  entry->rpc_errors = *now;
  auto const more = before < 0 ? 0 : *now < before ? *now : *now - before;
  measured->rpc_errors = measured->rpc_errors.value_or(0) + more;
  co_return Result<>();
}

// Of those that can be asked. At once: several that hang must not take longer together than the
// watch waits for all of this.
Async<> Tasks::sum_rpc_errors(std::vector<EntryPtr> entries, release::Measured* measured) {
  std::vector<Async<>> counts;
  auto& notes = measured->not_measured;
  for (auto const& entry : entries) {
    if (!entry->service.is_davitd) {
      auto note = fmt::format("rpc_errors of {}: it has no counters", entry->service.name);
      if (std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
    } else if (has_fallen_ill(*entry)) {
      notes.push_back(
          fmt::format("rpc_errors of {}: it is {}", entry->record.id, to_string(entry->state))
      );
    } else if (entry->task && entry->state != TaskState::draining) {
      counts.push_back(count_rpc_errors(entry, measured));
    }
  }
  DAVIT_CO_TRY(auto const counted, co_await gather(std::move(counts)));
  for (auto const& outcome : counted) DAVIT_CO_CHECK(outcome);
  co_return Result<>();
}

Async<release::Measured> Tasks::measure(std::string release) {
  release::Measured measured;
  take_figures();
  TaskFigures sum;
  std::int64_t restarts = 0;
  std::int64_t unhealthy = 0;
  auto const entries = of(release);
  for (auto const& entry : entries) {
    add_to(sum, std::exchange(entry->figures, {}));
    restarts += entry->restarts - std::exchange(entry->restarts_told, entry->restarts);
    if (has_fallen_ill(*entry)) ++unhealthy;
  }
  DAVIT_CO_CHECK(co_await sum_rpc_errors(entries, &measured));
  if (entries.empty()) {
    measured.not_measured.push_back(fmt::format("{} has no tasks", release));
    co_return measured;
  }
  measured.restarts = restarts;
  measured.unhealthy = unhealthy;
  if (!front_->answers()) {
    measured.not_measured.push_back("requests: the balancer does not run, or does not answer");
    co_return measured;
  }
  measured.requests = sum.requests;
  measured.errors_5xx = sum.errors_5xx;
  measured.p99 = p99(std::move(sum.times_ms));
  if (!measured.p99) measured.not_measured.push_back("p99: no request has ended");
  co_return measured;
}

json::Array Tasks::last_log(const std::string& id) const {
  constexpr std::size_t kLines = 50;
  json::Array log;
  for (auto& line : last_lines(log_file(options_.folder, id), kLines))
    log.emplace_back(std::move(line));
  return log;
}

Async<json::Object> Tasks::evidence(std::string release) {
  if (front_) take_figures();
  json::Array tasks;
  for (auto const& entry : of(release)) {
    tasks.push_back(json::Object{
        {"id", entry->record.id},
        {"service", entry->service.name},
        {"pid", entry->record.pid},
        {"port", std::int64_t{entry->record.ports.port}},
        {"state", to_string(entry->state)},
        {"restarts", entry->restarts},
        {"last_exit", entry->last_exit},
        {"last_failed_check", entry->last_answer},
        {"figures", to_json(entry->figures)},
        {"log", last_log(entry->record.id)},
    });
  }
  json::Array gone;
  for (auto const& task : ended_) {
    if (task.release != release) continue;
    gone.push_back(
        json::Object{{"id", task.id}, {"last_exit", task.exit}, {"log", last_log(task.id)}}
    );
  }
  co_return json::Object{
      {"release", release}, {"tasks", std::move(tasks)}, {"ended", std::move(gone)}
  };
}

Async<Status> Tasks::status() {
  Status status;
  status.serving = serving(state_);
  auto const is_over = status.serving == state_.green;
  // After a rollback green is still the other one, without a task.
  status.coming = is_over || of(state_.green).empty() ? "" : state_.green;
  status.weight = is_over ? 0 : state_.percent;
  std::map<std::string, Balancer::Seen> seen;
  if (front_ && front_->is_running()) {
    status.port = front_->port();
    status.balancer_pid = front_->pid();
    auto looked = co_await front_->look();
    if (looked) seen = *std::move(looked);
    status.balancer_trouble = front_->trouble();
  }
  for (auto const& entry : entries_) {
    TaskStatus task;
    task.record = entry->record;
    task.state = to_string(entry->state);
    task.restarts = entry->restarts;
    task.last_exit = entry->last_exit;
    task.not_begun = entry->not_begun;
    if (auto const found = seen.find(entry->record.id); found != seen.end()) {
      task.weight = found->second.weight;
      task.requests_running = found->second.sessions;
    }
    status.tasks.push_back(std::move(task));
  }
  co_return status;
}

}  // namespace davit::local
