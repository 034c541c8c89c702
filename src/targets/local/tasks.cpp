#include "targets/local/tasks.h"

#include <algorithm>
#include <csignal>
#include <set>

#include <fmt/format.h>

#include "async/cancellation.h"
#include "targets/local/backends.h"
#include "targets/local/files.h"
#include "targets/local/log_files.h"
#include "targets/local/process.h"

namespace davit::local {

using namespace std::chrono_literals;

std::string_view to_string(TaskState state) {
  switch (state) {
    case TaskState::starting: return "starting";
    case TaskState::healthy: return "healthy";
    case TaskState::unhealthy: return "unhealthy";
    case TaskState::draining: return "draining";
    case TaskState::crashed: return "crashed";
  }
  return "";
}

Tasks::Tasks(
    Executor executor,
    const Clock& clock,
    http::Client& client,
    log::Logger logger,
    SupervisorOptions options,
    MakeFront make_front
)
    : executor_(executor),
      clock_(clock),
      client_(client),
      logger_(std::move(logger)),
      options_(std::move(options)),
      make_front_(std::move(make_front)),
      applied_(executor),
      news_(executor) {
  std::error_code error;
  options_.folder = std::filesystem::absolute(options_.folder, error);
  mark_ = mark_of(options_.folder);
}

Result<> Tasks::save() {
  state_.tasks.clear();
  for (auto const& entry : entries_) {
    state_.tasks.push_back(
        {entry->record, entry->restarts, entry->is_leaving, entry->was_healthy, entry->was_told}
    );
  }
  return save_state(options_.folder, state_);
}

std::vector<EntryPtr> Tasks::of(const std::string& release) const {
  std::vector<EntryPtr> found;
  std::ranges::copy_if(entries_, std::back_inserter(found), [&release](const EntryPtr& entry) {
    return entry->record.release == release;
  });
  return found;
}

std::vector<EntryPtr> Tasks::of(const std::string& release, const std::string& service) const {
  auto found = of(release);
  std::erase_if(found, [&service](const EntryPtr& entry) {
    return entry->service.name != service || entry->is_leaving;
  });
  return found;
}

std::vector<std::string> Tasks::leftovers() const {
  std::set<std::string> releases;
  for (auto const& [release, percent] : state_.wanted) releases.insert(release);
  for (auto const& entry : entries_) releases.insert(entry->record.release);
  if (state_.percent > 0 || state_.blue.empty()) releases.erase(state_.green);
  if (state_.percent < 100) releases.erase(state_.blue);
  return {releases.begin(), releases.end()};
}

bool Tasks::has(const EntryPtr& entry) const {
  return std::ranges::find(entries_, entry) != entries_.end();
}

int Tasks::count(const Service& service, int percent) const {
  auto const other = service.is_stateless ? state_.counts.find(service.name) : state_.counts.end();
  auto const tasks = other == state_.counts.end() ? service.tasks : other->second;
  return (tasks * percent + 99) / 100;
}

Result<Ports> Tasks::take_ports(const Service& service) const {
  auto const is_taken = [this](std::uint16_t port) {
    return std::ranges::any_of(entries_, [port](const EntryPtr& entry) {
      auto const& ports = entry->record.ports;
      return ports.port == port || ports.admin == port || ports.peer == port;
    });
  };
  Ports ports;
  for (auto* const port : {&ports.port, &ports.admin, &ports.peer}) {
    if (port != &ports.port && !service.is_davitd) continue;
    std::uint16_t found = 0;
    do {
      DAVIT_TRY(found, free_port());
    } while (is_taken(found) || found == ports.port || found == ports.admin);
    *port = found;
  }
  return ports;
}

Result<> Tasks::add(const Version& version, const Service& service) {
  TaskRecord record;
  record.id = fmt::format("{}-{}", service.name, state_.next_id++);
  record.release = version.release;
  record.service = service.name;
  DAVIT_TRY(record.ports, take_ports(service));
  entries_.push_back(std::make_shared<Entry>(executor_, std::move(record), service));
  return {};
}

Result<> Tasks::fill(const Version& version) {
  auto const wanted = state_.wanted.find(version.release);
  if (wanted == state_.wanted.end()) return {};
  for (auto const& service : version.services) {
    auto const tasks = static_cast<std::size_t>(count(service, wanted->second));
    while (of(version.release, service.name).size() < tasks) DAVIT_CHECK(add(version, service));
  }
  // Before anything is started: what is started afterwards is found by its id.
  return save();
}

void Tasks::forget(const EntryPtr& entry) {
  constexpr std::size_t kEnded = 100;
  std::erase(entries_, entry);
  if (ended_.size() >= kEnded) ended_.erase(ended_.begin());
  ended_.push_back({entry->record.id, entry->record.release, entry->last_exit});
  if (auto saved = save(); !saved) logger_.warn(saved.error().message());
}

namespace {

// The process of a task whose start was not written down any more. A task's children may lead
// sessions as well; they are younger.
void find_process(TaskRecord& record, const std::vector<MarkedProcess>& marked) {
  const MarkedProcess* found = nullptr;
  for (auto const& process : marked) {
    if (!process.is_leader || process.id != record.id) continue;
    if (found == nullptr || process.started < found->started) found = &process;
  }
  if (found == nullptr) return;
  record.pid = found->pid;
  record.started = found->started;
}

}  // namespace

void Tasks::adopt_saved() {
  auto const marked = find_marked(mark_);
  for (auto const& task : state_.tasks) {
    auto version = read_version(options_.folder, task.record.release);
    if (!version) {
      logger_.warn(
          "a task is given up: its version cannot be read",
          {{"task", task.record.id}, {"reason", version.error().message()}}
      );
      continue;
    }
    auto const service = std::ranges::find(version->services, task.record.service, &Service::name);
    if (service == version->services.end()) continue;
    auto entry = std::make_shared<Entry>(executor_, task.record, *service);
    entry->restarts = entry->restarts_told = task.restarts;
    entry->is_leaving = task.is_leaving;
    entry->was_healthy = task.was_healthy;
    entry->was_told = task.was_told;
    if (!runs(entry->record.pid, entry->record.started)) find_process(entry->record, marked);
    auto adopted = Task::adopt(executor_, entry->record);
    if (adopted) {
      entry->task = *std::move(adopted);
      entry->started = clock_.steady_now();
      logger_.info("task taken over", {{"task", entry->record.id}, {"pid", entry->record.pid}});
    } else if (entry->record.pid != 0) {
      entry->last_exit = "ended while no supervisor ran";
      ++entry->restarts;
    }
    entries_.push_back(std::move(entry));
  }
  end_strangers();
}

// What has our mark and belongs to no task that runs: children of a dead one, which may hold its
// port, and tasks that the state file does not know.
void Tasks::end_strangers() {
  for (auto const& process : find_marked(mark_)) {
    auto const owner = std::ranges::find_if(entries_, [&process](const EntryPtr& entry) {
      return entry->record.id == process.id;
    });
    if (owner != entries_.end() && (*owner)->task) continue;
    // The balancer has a mark of its own, and is the balancer's.
    if (process.id.rfind('-') == std::string::npos) continue;
    logger_.warn("a stray process is ended", {{"task", process.id}, {"pid", process.pid}});
    ::kill(process.pid, SIGKILL);
  }
}

Async<> Tasks::begin() {
  DAVIT_CO_CHECK(make_folder(options_.folder / "logs"));
  DAVIT_CO_TRY(state_, load_state(options_.folder));
  adopt_saved();
  for (auto const& [release, percent] : std::map(state_.wanted)) {
    auto const version = read_version(options_.folder, release);
    if (version) DAVIT_CO_CHECK(fill(*version));
  }
  DAVIT_CO_CHECK(save());
  DAVIT_CO_TRY(front_, make_front_());
  auto backends = to_backends(entries_, {state_.green, state_.blue, state_.percent});
  DAVIT_CO_CHECK(co_await front_->start(std::move(backends)));
  for (auto const& entry : entries_) entry->may_end = entry->is_leaving;
  co_return Result<>();
}

Async<> Tasks::keep_all(TaskScope* scope) {
  scope->spawn("balancer", watch_front());
  scope->spawn("logs", look_after_logs());
  for (;;) {
    for (auto const& entry : std::vector(entries_)) {
      if (entry->is_kept) continue;
      entry->is_kept = true;
      scope->spawn("task", keep(entry));
    }
    DAVIT_CO_CHECK(co_await news_.wait());
  }
}

Async<> Tasks::run() {
  TaskScope scope(executor_, logger_);
  auto outcome = co_await keep_all(&scope);
  (void)co_await despite_cancellation(scope.stop(Duration::zero()), 10s);
  for (auto const& entry : entries_) entry->is_kept = false;
  co_return outcome;
}

Async<> Tasks::apply_within(Duration limit) {
  auto const end = clock_.steady_now() + limit;
  while (is_applying_) DAVIT_CO_CHECK(co_await applied_.wait());
  while (!front_->is_running() && clock_.steady_now() < end)
    DAVIT_CO_CHECK(co_await sleep_for(100ms));
  co_return co_await tell_front(&Front::apply);
}

Async<> Tasks::tell_front(Async<> (Front::*what)(std::vector<Backend> backends)) {
  while (is_applying_) DAVIT_CO_CHECK(co_await applied_.wait());
  is_applying_ = true;
  auto backends = to_backends(entries_, {state_.green, state_.blue, state_.percent});
  auto outcome = co_await (front_.get()->*what)(std::move(backends));
  is_applying_ = false;
  applied_.notify();
  co_return outcome;
}

Async<> Tasks::watch_front() {
  auto backoff = options_.first_backoff;
  for (;;) {
    DAVIT_CO_CHECK(co_await front_->wait());
    if (is_stopping_) co_return Result<>();
    logger_.warn("the balancer has ended, and is started again");
    auto const started = co_await tell_front(&Front::start);
    if (!started && started.error().kind() == ErrorKind::cancelled) co_return started.error();
    if (started) {
      backoff = options_.first_backoff;
      continue;
    }
    logger_.error("the balancer cannot be started", {{"reason", started.error().message()}});
    DAVIT_CO_CHECK(co_await sleep_for(backoff));
    backoff = std::min(backoff * 2, options_.longest_backoff);
  }
}

Async<> Tasks::look_after_logs() {
  constexpr std::size_t kOldTasks = 20;
  for (;;) {
    std::vector<std::string> ids;
    for (auto const& entry : entries_) {
      ids.push_back(entry->record.id);
      auto const file = log_file(options_.folder, entry->record.id);
      rotate(file, options_.log_bytes, options_.log_files);
    }
    remove_old_logs(options_.folder, ids, kOldTasks);
    DAVIT_CO_CHECK(co_await sleep_for(1s));
  }
}

std::vector<std::filesystem::path> Tasks::logs(const std::string& task) const {
  return log_files_of(log_file(options_.folder, task));
}

}  // namespace davit::local
