// One process after the other for each task, as long as it is wanted.
#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "secrets/reference.h"
#include "targets/local/health.h"
#include "targets/local/log_files.h"
#include "targets/local/process.h"
#include "targets/local/tasks.h"

namespace davit::local {

using namespace std::chrono_literals;

namespace {

// Between two looks at a task that starts, or drains; at one that is well.
constexpr std::chrono::milliseconds kSoon{50};
constexpr std::chrono::milliseconds kLater{500};
// From SIGTERM to SIGKILL for a program that has nothing under way.
constexpr std::chrono::milliseconds kFarewell{10'000};

Result<manifest::Texts> environment_of(
    const Service& service, const TaskRecord& record, const std::string& mark
) {
  manifest::Texts environment = service.environment;
  auto const ours = secrets::process_environment();
  for (auto const& [name, text] : service.secrets) {
    auto const reference = secrets::parse_secret_reference(text);
    auto secret =
        reference ? secrets::resolve(*reference, ours) : Result<Secret>(reference.error());
    if (!secret)
      return std::move(secret).error().while_doing(fmt::format("the secret for {}", name));
    environment.emplace_back(name, std::string(secret->reveal()));
  }
  environment.emplace_back("PORT", std::to_string(record.ports.port));
  environment.emplace_back("DAVIT_RELEASE", record.release);
  environment.emplace_back(kTaskVariable, fmt::format("{}/{}", mark, record.id));
  return environment;
}

}  // namespace

Result<> Tasks::begin_process(Entry& entry) {
  auto& ports = entry.record.ports;
  auto const is_usable = [](std::uint16_t port) { return port == 0 || is_free(port); };
  if (!is_usable(ports.port) || !is_usable(ports.admin) || !is_usable(ports.peer)) {
    DAVIT_TRY(ports, take_ports(entry.service));
  }
  auto const folder = version_folder(options_.folder, entry.record.release);
  auto const fill = [&](const std::string& text) {
    return fill_in(text, ports.port, ports.admin, ports.peer, folder);
  };
  std::vector<std::string> command;
  for (auto const& argument : entry.service.command) command.push_back(fill(argument));
  auto service = entry.service;
  for (auto& [name, value] : service.environment) value = fill(value);
  DAVIT_TRY(auto const environment, environment_of(service, entry.record, mark_));
  DAVIT_TRY(
      entry.task,
      Task::start(
          executor_,
          entry.record,
          std::move(command),
          environment,
          log_file(options_.folder, entry.record.id),
          entry.service.directory,
          entry.service.is_davitd
      )
  );
  entry.record = entry.task->record();
  entry.started = clock_.steady_now();
  entry.state = TaskState::starting;
  entry.not_begun.clear();
  entry.failures = 0;
  logger_.info(
      "task started",
      {{"task", entry.record.id},
       {"release", entry.record.release},
       {"pid", entry.record.pid},
       {"port", entry.record.ports.port}}
  );
  // It runs all the same, and would be found by its mark.
  if (auto saved = save(); !saved) logger_.error(saved.error().message());
  return {};
}

void Tasks::note_failure(Entry& entry, std::string_view what, std::string reason) {
  if (clock_.steady_now() - entry.started >= options_.settled) entry.backoff = 0ms;
  entry.backoff = entry.backoff == 0ms ? options_.first_backoff
                                       : std::min(entry.backoff * 2, options_.longest_backoff);
  entry.state = TaskState::crashed;
  entry.last_exit = std::move(reason);
  entry.task.reset();
  ++entry.crashes;
  logger_.warn(
      what,
      {{"task", entry.record.id},
       {"reason", entry.last_exit},
       {"in_ms", entry.backoff.count()},
       {"restarts", entry.restarts}}
  );
}

// Its end was not wanted: the next process follows, after a while.
Async<> Tasks::go_on_after_end(EntryPtr entry) {
  DAVIT_CO_TRY(auto const status, co_await entry->task->wait());
  note_failure(
      *entry,
      "task ended, and is started again",
      status ? to_string(*status) : "ended in a way that nobody saw"
  );
  ++entry->restarts;
  co_return co_await wait_for_news(entry, entry->backoff);
}

Async<> Tasks::wait_for_news(EntryPtr entry, Duration limit) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (!entry->task) {
    auto const woken = co_await entry->wake.wait_for(limit);
    if (!woken) co_return woken.error();
    co_return Result<>();
  }
  co_await (
      shielded_from_exceptions(entry->task->wait()) ||
      shielded_from_exceptions(entry->wake.wait_for(limit))
  );
  if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
  co_return Result<>();
}

// A version that has traffic has one task more for it.
Async<> Tasks::greet(EntryPtr entry) {
  entry->was_healthy = true;
  if (auto saved = save(); !saved) logger_.error(saved.error().message());
  auto const& release = entry->record.release;
  if (release != state_.green && release != state_.blue) co_return Result<>();
  auto const told = co_await apply();
  if (told || is_stopping_) co_return Result<>();
  if (told.error().kind() == ErrorKind::cancelled) co_return told.error();
  logger_.warn(
      "the balancer does not take a new task yet",
      {{"task", entry->record.id}, {"reason", told.error().message()}}
  );
  entry->was_healthy = false;
  co_return Result<>();
}

Async<> Tasks::check_health(EntryPtr entry) {
  auto const well = co_await probe(&client_, entry->service, entry->record);
  if (!entry->task || entry->is_leaving) co_return Result<>();
  if (well) {
    entry->failures = 0;
    entry->others = 0;
    entry->crashes = 0;
    entry->state = TaskState::healthy;
    if (!entry->was_healthy) co_return co_await greet(entry);
    co_return Result<>();
  }
  if (well.error().kind() == ErrorKind::cancelled) co_return well.error();
  entry->last_answer = well.error().message();
  ++entry->failures;
  if (well.error().kind() == ErrorKind::conflict) ++entry->others;
  if (entry->state == TaskState::healthy && entry->failures >= kFailures) {
    entry->state = TaskState::unhealthy;
    logger_.warn("task is not well", {{"task", entry->record.id}, {"reason", entry->last_answer}});
  }
  co_return Result<>();
}

Async<> Tasks::keep(EntryPtr entry) {
  for (;;) {
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    if (entry->is_leaving && entry->may_end) co_return co_await drain(entry);
    if (!entry->task && !entry->is_leaving) {
      auto const ports = entry->record.ports.port;
      if (auto begun = begin_process(*entry); !begun) {
        entry->not_begun = begun.error().message();
        note_failure(*entry, "task cannot be started, and is tried again", entry->not_begun);
        DAVIT_CO_CHECK(co_await wait_for_news(entry, entry->backoff));
        continue;
      }
      if (entry->record.ports.port != ports) {
        if (auto told = co_await apply(); !told) logger_.warn(told.error().message());
      }
    }
    if (entry->task && !entry->task->is_running() && !entry->is_leaving) {
      DAVIT_CO_CHECK(co_await go_on_after_end(entry));
      continue;
    }
    if (entry->task && !entry->task->is_running()) entry->task.reset();  // it leaves anyway
    if (entry->is_leaving) {
      DAVIT_CO_CHECK(co_await see_whether_it_may_end(entry));
      continue;
    }
    if (entry->task) DAVIT_CO_CHECK(co_await check_health(entry));
    auto const is_well = entry->state == TaskState::healthy;
    DAVIT_CO_CHECK(co_await wait_for_news(entry, is_well ? kLater : kSoon));
  }
}

// Who made it leave has failed before the balancer had said that nothing new comes.
Async<> Tasks::see_whether_it_may_end(EntryPtr entry) {
  constexpr std::chrono::milliseconds kAgain{1'000};
  DAVIT_CO_CHECK(co_await wait_for_news(entry, kAgain));
  if (entry->may_end) co_return Result<>();
  auto const told = co_await apply();
  if (!told && told.error().kind() == ErrorKind::cancelled) co_return told.error();
  if (!told || entry->may_end) co_return Result<>();
  auto const seen = co_await front_->look();
  if (!seen && seen.error().kind() == ErrorKind::cancelled) co_return seen.error();
  if (!seen) co_return Result<>();
  auto const found = seen->find(entry->record.id);
  entry->may_end = found == seen->end() || found->second.weight == 0;
  co_return Result<>();
}

// A server that is not ours does not drain: nothing must be under way when it is told to end.
Async<> Tasks::wait_until_idle(EntryPtr entry, std::chrono::steady_clock::time_point deadline) {
  while (entry->task && entry->task->is_running() && clock_.steady_now() < deadline) {
    auto const seen = co_await front_->look();
    if (!seen && seen.error().kind() == ErrorKind::cancelled) co_return seen.error();
    if (seen) {
      auto const found = seen->find(entry->record.id);
      if (found == seen->end() || found->second.sessions == 0) break;
    }
    DAVIT_CO_CHECK(co_await sleep_for(kSoon));
  }
  co_return Result<>();
}

void Tasks::tell_to_end(Entry& entry) {
  if (!entry.task || entry.was_told) return;
  entry.was_told = true;
  // First: a second SIGTERM would drop what is under way, and one too few only takes longer.
  if (auto saved = save(); !saved) logger_.error(saved.error().message());
  entry.task->send_signal(SIGTERM);
}

Async<> Tasks::drain(EntryPtr entry) {
  entry->state = TaskState::draining;
  auto const deadline = clock_.steady_now() + options_.drain;
  if (!entry->service.is_davitd) {
    DAVIT_CO_CHECK(co_await wait_until_idle(entry, deadline));
  }
  tell_to_end(*entry);
  if (entry->task) {
    auto grace = std::max<Duration>(deadline - clock_.steady_now(), 0ms);
    if (!entry->service.is_davitd) grace = std::min<Duration>(grace, kFarewell);
    auto ended = co_await with_timeout(entry->task->wait(), grace);
    if (!ended && ended.error().kind() == ErrorKind::timeout) {
      entry->task->send_signal(SIGKILL);
      ended = co_await entry->task->wait();
    }
    if (!ended) co_return ended.error();
    entry->last_exit = *ended ? to_string(**ended) : "ended";
    entry->task.reset();
  }
  logger_.info(
      "task has drained and ended", {{"task", entry->record.id}, {"exit", entry->last_exit}}
  );
  forget(entry);
  if (is_stopping_) co_return Result<>();
  if (auto told = co_await apply(); !told && told.error().kind() != ErrorKind::cancelled)
    logger_.warn(
        "the balancer still has a task that is gone", {{"reason", told.error().message()}}
    );
  co_return Result<>();
}

}  // namespace davit::local
