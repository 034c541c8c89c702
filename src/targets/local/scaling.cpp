// How many tasks the version that serves has, down to none.
#include <algorithm>

#include <fmt/format.h>

#include "async/gather.h"
#include "targets/local/tasks.h"

namespace davit::local {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kLook{20};

// Whose sessions live in one task has one task: with several, half of the requests would not find
// theirs.
Result<std::vector<std::string>> services_to_scale(
    const Version& version, const std::string& service
) {
  std::vector<std::string> names;
  for (auto const& one : version.services) {
    if (!service.empty() && one.name != service) continue;
    if (one.is_stateless) {
      names.push_back(one.name);
    } else if (!service.empty()) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format(
              "{} keeps its one task: its sessions live where they began; when it has none, write "
              "`sessions: stateless` in the manifest and deploy",
              service
          )
      );
    }
  }
  if (!names.empty()) return names;
  if (service.empty()) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "each service of {} keeps its sessions, and with them its one task", version.release
        )
    );
  }
  return Error(
      ErrorKind::not_found, fmt::format("{} has no service `{}`", version.release, service)
  );
}

}  // namespace

Async<> Tasks::scale(std::string service, int tasks) {
  if (tasks < 1)
    co_return Error(
        ErrorKind::invalid_input, "a service needs at least one task; to end all, `davit stop`"
    );
  // A release has twice as many for a while.
  auto const most = options_.balancer.slots / 2;
  if (tasks > most)
    co_return Error(
        ErrorKind::invalid_input, fmt::format("a service has at most {} tasks here", most)
    );
  auto const release = serving(state_);
  if (release.empty())
    co_return Error(ErrorKind::not_found, "nothing serves yet; `davit up` starts a version");
  DAVIT_CO_TRY(auto const version, read_version(options_.folder, release));
  DAVIT_CO_TRY(auto const names, services_to_scale(version, service));
  for (auto const& name : names) state_.counts[name] = tasks;
  auto const wanted = state_.wanted.find(release);
  auto const percent = wanted == state_.wanted.end() ? 100 : wanted->second;
  DAVIT_CO_CHECK(co_await start(release, percent));
  co_return co_await trim(release, percent);
}

Async<> Tasks::stop_all() {
  is_stopping_ = true;
  for (auto const& entry : entries_) entry->is_leaving = true;
  // What was wanted stays written: the next `davit up` begins with it. Who asks for an end gets it,
  // though the disk be full.
  if (auto saved = save(); !saved) logger_.error(saved.error().message());
  // Nothing new comes, or what comes meanwhile would be waited for; all are told to try again.
  if (front_ && front_->is_running()) (void)co_await apply();
  std::vector<Async<>> ends;
  auto const entries = entries_;
  for (auto const& entry : entries) {
    entry->may_end = true;
    entry->wake.notify();
    if (!entry->is_kept) ends.push_back(drain(entry));
  }
  DAVIT_CO_TRY(auto const outcomes, co_await gather(std::move(ends)));
  while (!entries_.empty()) DAVIT_CO_CHECK(co_await sleep_for(kLook));
  for (auto const& outcome : outcomes) {
    if (!outcome) co_return outcome.error();
  }
  // Last, so that what comes meanwhile is answered. Idle connections are not waited for.
  if (front_) DAVIT_CO_CHECK(co_await front_->stop(1s));
  co_return Result<>();
}

}  // namespace davit::local
