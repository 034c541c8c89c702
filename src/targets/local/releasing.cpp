// What a release wants of the tasks and of the balancer.
#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "config/units.h"
#include "targets/local/backends.h"
#include "targets/local/files.h"
#include "targets/local/log_files.h"
#include "targets/local/tasks.h"

namespace davit::local {

using namespace std::chrono_literals;

namespace {

constexpr int kCrashes = 3;  // of a task that was never healthy, or answers of another build
constexpr std::chrono::milliseconds kLook{20};

// The balancer rewrites to one path for a service, whichever version answers.
Result<> check_paths(const Version& green, const Version& blue, int percent) {
  for (auto const& service : green.services) {
    auto const before = std::ranges::find(blue.services, service.name, &Service::name);
    if (before == blue.services.end() || before->mcp_path == service.mcp_path) continue;
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "servers.{}.path is {} in {} and {} in {}: both cannot have traffic at "
            "once, so {} % is not possible; release it in one step of 100 %",
            service.name,
            service.mcp_path,
            green.release,
            before->mcp_path,
            blue.release,
            percent
        )
    );
  }
  return {};
}

}  // namespace

Error Tasks::not_started(const Entry& entry, std::string_view how) const {
  constexpr std::size_t kLines = 5;
  auto const& id = entry.record.id;
  auto const words = last_lines(log_file(options_.folder, id), kLines);
  return Error(
      ErrorKind::unavailable,
      fmt::format(
          "{} of {} {}; {} `davit logs {}` shows all",
          id,
          entry.record.release,
          how,
          words.empty() ? "it wrote nothing."
                        : fmt::format("its last words: {}\n", fmt::join(words, "\n")),
          id
      )
  );
}

Async<> Tasks::wait_until_healthy(std::string release) {
  auto const end = clock_.steady_now() + options_.start_limit;
  for (;;) {
    auto const entries = of(release);
    auto is_ready = true;
    for (auto const& entry : entries) {
      if (entry->is_leaving || entry->state == TaskState::healthy) continue;
      is_ready = false;
      if (entry->crashes >= kCrashes)
        co_return not_started(*entry, fmt::format("does not start: {}", entry->last_exit));
      if (entry->others >= kCrashes)
        co_return not_started(*entry, fmt::format("is another build: {}", entry->last_answer));
      if (clock_.steady_now() < end) continue;
      auto const how =
          entry->state == TaskState::crashed
              ? fmt::format("ended: {}", entry->last_exit)
              : fmt::format(
                    "is not healthy after {}: {}",
                    config::format_duration(options_.start_limit),
                    entry->last_answer.empty() ? "it was not asked yet" : entry->last_answer
                );
      co_return not_started(*entry, how);
    }
    if (is_ready) co_return Result<>();
    DAVIT_CO_CHECK(co_await sleep_for(kLook));
  }
}

Async<> Tasks::start(std::string release, int percent) {
  DAVIT_CO_TRY(auto const version, read_version(options_.folder, release));
  auto& wanted = state_.wanted[release];
  wanted = std::max(wanted, percent);
  DAVIT_CO_CHECK(fill(version));
  news_.notify();
  DAVIT_CO_CHECK(co_await wait_until_healthy(release));
  // The balancer knows them from now on, and asks for their health before anybody needs them.
  co_return co_await until_settled(&Tasks::apply_within);
}

// Those that shall leave have no weight when the balancer was asked, and then end.
Async<> Tasks::finish(std::vector<EntryPtr> entries) {
  DAVIT_CO_CHECK(save());
  if (auto const settled = co_await until_settled(&Tasks::bring_weights); !settled) {
    co_return Error(
        settled.error().kind(),
        fmt::format("{}; its tasks are not ended", settled.error().message())
    );
  }
  for (auto const& entry : entries) {
    entry->may_end = true;
    entry->state = TaskState::draining;
    // davitd drains by itself; waiting for its keeper to see this would only take longer.
    if (entry->service.is_davitd) tell_to_end(*entry);
    entry->wake.notify();
  }
  while (std::ranges::any_of(entries, [this](const EntryPtr& entry) { return has(entry); }))
    DAVIT_CO_CHECK(co_await sleep_for(kLook));
  co_return Result<>();
}

// Marks those of the release that are more than it shall have, and those that leave already.
std::vector<EntryPtr> Tasks::choose_leaving(const std::string& release, int percent) {
  std::map<std::string, std::vector<EntryPtr>> services;
  for (auto const& entry : of(release)) services[entry->service.name].push_back(entry);
  std::vector<EntryPtr> leaving;
  for (auto const& [name, entries] : services) {
    std::vector<EntryPtr> in_order;
    // Healthy ones stay before others, old ones before new ones.
    for (auto const is_turn_of_healthy : {true, false}) {
      std::ranges::copy_if(entries, std::back_inserter(in_order), [&](const EntryPtr& entry) {
        return is_turn_of_healthy == (!entry->is_leaving && entry->state == TaskState::healthy);
      });
    }
    auto stay = count(entries.front()->service, percent);
    for (auto const& entry : in_order) {
      if (!entry->is_leaving && stay-- > 0) continue;
      entry->is_leaving = true;
      leaving.push_back(entry);
    }
  }
  return leaving;
}

Async<> Tasks::trim(std::string release, int percent) {
  auto const share = release == state_.green  ? state_.percent
                     : release == state_.blue ? 100 - state_.percent
                                              : 0;
  // The first version of all has nothing to hand its traffic to.
  if (percent == 0 && share > 0 && !state_.blue.empty()) {
    co_return Error(
        ErrorKind::conflict,
        fmt::format("{} still has {} % of the traffic; its tasks stay", release, share)
    );
  }
  auto const wanted = state_.wanted.find(release);
  if (wanted != state_.wanted.end()) {
    wanted->second = std::min(wanted->second, percent);
    if (percent == 0) state_.wanted.erase(wanted);
  }
  auto leaving = choose_leaving(release, percent);
  if (leaving.empty())
    DAVIT_CO_CHECK(save());
  else
    DAVIT_CO_CHECK(co_await finish(std::move(leaving)));
  if (percent > 0 || release != state_.green || !state_.blue.empty()) co_return Result<>();
  state_.green.clear();
  state_.percent = 0;
  co_return save();
}

Async<> Tasks::shift(std::string green, std::string blue, int percent) {
  if (percent > 0) {
    DAVIT_CO_TRY(auto const coming, read_version(options_.folder, green));
    for (auto const& service : coming.services) {
      auto const entries = of(green, service.name);
      auto const is_healthy = [](const EntryPtr& entry) {
        return entry->state == TaskState::healthy;
      };
      if (std::ranges::any_of(entries, is_healthy)) continue;
      co_return Error(
          ErrorKind::unavailable,
          fmt::format("{} has no healthy task of {}; it gets no traffic", green, service.name)
      );
    }
    if (percent < 100 && !blue.empty()) {
      DAVIT_CO_TRY(auto const old, read_version(options_.folder, blue));
      DAVIT_CO_CHECK(check_paths(coming, old, percent));
    }
  }
  state_.green = std::move(green);
  state_.blue = std::move(blue);
  state_.percent = percent;
  DAVIT_CO_CHECK(save());
  co_return co_await until_settled(&Tasks::bring_weights);
}

// A task that becomes healthy in between changes the weights, and a balancer that was killed in
// between, or hangs, has to be told again, once there is another: then once more.
Async<> Tasks::until_settled(Async<> (Tasks::*step)(Duration)) {
  auto const is_worth_it = [](ErrorKind kind) {
    return kind == ErrorKind::conflict || kind == ErrorKind::unavailable ||
           kind == ErrorKind::timeout;
  };
  auto const end = clock_.steady_now() + options_.settle;
  for (;;) {
    auto const left = std::max<Duration>(end - clock_.steady_now(), 0ms);
    auto const outcome = co_await (this->*step)(left);
    if (outcome || !is_worth_it(outcome.error().kind())) co_return outcome;
    if (clock_.steady_now() >= end)
      co_return Error(ErrorKind::unavailable, outcome.error().message());
    DAVIT_CO_CHECK(co_await sleep_for(kLook));
  }
}

// Errors: conflict, when the balancer says other weights than it was told.
Async<> Tasks::bring_weights(Duration limit) {
  DAVIT_CO_CHECK(co_await apply_within(limit));
  DAVIT_CO_TRY(auto const seen, co_await front_->look());
  auto const backends = to_backends(entries_, {state_.green, state_.blue, state_.percent});
  for (auto const& backend : backends) {
    for (auto const& task : backend.tasks) {
      auto const found = seen.find(task.id);
      auto const weight = found == seen.end() ? 0 : found->second.weight;
      if (weight == task.weight) continue;
      co_return Error(
          ErrorKind::conflict,
          fmt::format("the balancer gives {} weight {} instead of {}", task.id, weight, task.weight)
      );
    }
  }
  co_return Result<>();
}

Async<std::vector<release::Endpoint>> Tasks::endpoints(std::string release) {
  DAVIT_CO_TRY(auto const version, read_version(options_.folder, release));
  std::vector<release::Endpoint> endpoints;
  for (auto const& service : version.services) {
    auto const entries = of(release, service.name);
    auto const entry = std::ranges::find(entries, TaskState::healthy, &Entry::state);
    if (entry == entries.end()) {
      co_return Error(
          ErrorKind::unavailable,
          fmt::format("no task of {} of {} is healthy", service.name, release)
      );
    }
    auto const root = fmt::format("http://127.0.0.1:{}", (*entry)->record.ports.port);
    for (auto const& server : service.servers) {
      release::Endpoint endpoint;
      endpoint.server = server;
      if (service.is_davitd) {
        endpoint.url = fmt::format("{}/{}/mcp", root, server);
        endpoint.health = fmt::format("{}/{}/health", root, server);
        endpoint.release = release;
      } else {
        endpoint.url = root + service.mcp_path;
        if (!service.health.empty()) endpoint.health = root + service.health;
      }
      endpoints.push_back(std::move(endpoint));
    }
  }
  co_return endpoints;
}

}  // namespace davit::local
