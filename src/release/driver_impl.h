// What the driver is made of. driver.cpp decides, driver_work.cpp does what follows.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "async/event.h"
#include "async/task_scope.h"
#include "release/announcer.h"
#include "release/driver.h"
#include "release/evidence.h"
#include "release/performer.h"
#include "release/time_text.h"
#include "release/watch.h"

namespace davit::release {

bool is_rolling_back(rollout::Stage stage);
// On its way back, or ended so.
bool has_turned(rollout::Stage stage);

struct Driver::Impl {
  Impl(
      Executor on,
      const Clock& time,
      Target& where,
      http::Client& http,
      log::Logger log,
      Journal written,
      DriverOptions with
  )
      : clock(time),
        began(now_of(time)),
        steady_began(time.steady_now()),
        target(where),
        logger(std::move(log)),
        journal(std::move(written)),
        options(std::move(with)),
        state(journal.state()),
        changed(on),
        evidence_changed(on),
        action_ended(on),
        tasks(on, logger),
        afterwards(on, logger),
        performer(
            on,
            where,
            http,
            logger,
            options,
            [this](GateReport report) { take_report(std::move(report)); }
        ),
        announcer(on, http, options.hooks, [this](std::string why) { remark(std::move(why)); }),
        watch(options.watch),
        evidence(options.evidence, journal) {}

  // The time of the day when this began, and what has passed since: a clock that is set while a
  // release runs makes no stage late and no bake short.
  rollout::Time now() const {
    return began + std::chrono::floor<rollout::milliseconds>(clock.steady_now() - steady_began);
  }
  void push(rollout::Event::Kind kind, std::uint64_t number = 0, std::string reason = "") {
    events.push_back({kind, {}, number, std::move(reason)});
    changed.notify();
  }

  Async<rollout::State> run(rollout::Plan plan);
  Async<> drive();
  Async<> finish();
  Async<> tell_hooks();

  std::optional<rollout::Advance> take(rollout::Event event);
  void react(const rollout::State& before, std::optional<rollout::Action> action);
  void announce(const rollout::State& before);
  void follow(const rollout::State& before);
  void set_alarm();
  bool is_late(rollout::Time at) const { return state.deadline && at >= *state.deadline; }
  // 0 in all stages but one.
  rollout::milliseconds bake() const;
  void note_unseen_bake(rollout::State& given) const;
  void blame_hook(rollout::Event& event) const;

  Async<> perform(rollout::Action action, rollout::State given);
  Async<> ask_hooks(std::uint64_t number, rollout::State given);
  Async<> wait_for_actions();
  Async<> ring(rollout::Time when, bool ends_bake);
  Async<> keep_watch();
  Async<> end_bake();
  // Why nothing was measured; empty when it was.
  Async<std::string> look();
  Async<> collect();

  void take_report(GateReport report);
  void note(std::string_view what, json::Object data);
  void remark(std::string text);
  void warn_unless(const Result<>& written);

  // A hook that is asked whether an action may be done.
  struct AskedHook {
    std::uint64_t action;
    Hook::When when;
  };

  const Clock& clock;
  const rollout::Time began;
  const std::chrono::steady_clock::time_point steady_began;
  Target& target;
  log::Logger logger;
  Journal journal;
  DriverOptions options;
  rollout::State state;
  std::deque<rollout::Event> events;
  Event changed;
  Event evidence_changed;
  Event action_ended;
  TaskScope tasks;       // the action, the alarm, the watch
  TaskScope afterwards;  // what may end after the release has
  Task acting;
  Task alarm;
  Task watching;
  Task telling;
  int actions = 0;  // that run; the one before may still be ending
  std::optional<AskedHook> asked_hook;
  bool is_watching = false;
  bool is_collecting = false;
  bool is_cut = false;  // the telling
  Performer performer;
  Announcer announcer;
  Watch watch;
  Evidence evidence;
  std::optional<GateReport> gate_report;
  std::optional<Error> broken;  // the journal, and with it everything
};

}  // namespace davit::release
