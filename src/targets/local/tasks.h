// Tasks: what the supervisor knows and does, in pieces: the table of tasks and the state file
// (tasks.cpp), one process after the other for each of them (keeper.cpp), and what a release wants
// (releasing.cpp, scaling.cpp, measuring.cpp). For the supervisor only.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/event.h"
#include "async/task_scope.h"
#include "targets/local/entry.h"
#include "targets/local/state.h"
#include "targets/local/supervisor.h"

namespace davit::local {

inline constexpr std::chrono::milliseconds kUnwatched{5'000};

class Tasks {
 public:
  Tasks(
      Executor executor,
      const Clock& clock,
      http::Client& client,
      log::Logger logger,
      SupervisorOptions options,
      MakeFront make_front
  );

  Async<> begin();
  Async<> run();
  Async<> stop_all();
  Async<Status> status();
  Async<> scale(std::string service, int tasks);
  std::vector<std::string> leftovers() const;
  std::vector<std::filesystem::path> logs(const std::string& task) const;

  Async<> start(std::string release, int percent);
  Async<> trim(std::string release, int percent);
  Async<> shift(std::string green, std::string blue, int percent);
  Async<std::vector<release::Endpoint>> endpoints(std::string release);
  Async<release::Measured> measure(std::string release);
  Async<json::Object> evidence(std::string release);

 private:
  // tasks.cpp
  Result<> save();
  void adopt_saved();
  void end_strangers();
  // Until the release has the tasks of each service that it shall have.
  Result<> fill(const Version& version);
  Result<> add(const Version& version, const Service& service);
  Result<Ports> take_ports(const Service& service) const;
  int count(const Service& service, int percent) const;
  std::vector<EntryPtr> of(const std::string& release) const;
  std::vector<EntryPtr> of(const std::string& release, const std::string& service) const;
  void forget(const EntryPtr& entry);
  // Tells the balancer how it shall be, one after the other; waits while it is brought back, for
  // `limit` at most. Without one: as long as a task can be left without a look.
  Async<> apply_within(Duration limit);
  Async<> apply() { return apply_within(std::min<Duration>(options_.settle, kUnwatched)); }
  // Front::start or Front::apply, when nobody else tells it anything.
  Async<> tell_front(Async<> (Front::*what)(std::vector<Backend> backends));
  Async<> keep_all(TaskScope* scope);
  Async<> watch_front();
  Async<> look_after_logs();

  // keeper.cpp
  Async<> keep(EntryPtr entry);
  Result<> begin_process(Entry& entry);
  Async<> go_on_after_end(EntryPtr entry);
  void note_failure(Entry& entry, std::string_view what, std::string reason);
  Async<> check_health(EntryPtr entry);
  Async<> greet(EntryPtr entry);
  Async<> see_whether_it_may_end(EntryPtr entry);
  Async<> wait_for_news(EntryPtr entry, Duration limit);
  Async<> drain(EntryPtr entry);
  void tell_to_end(Entry& entry);
  Async<> wait_until_idle(EntryPtr entry, std::chrono::steady_clock::time_point deadline);

  // releasing.cpp
  Async<> wait_until_healthy(std::string release);
  Error not_started(const Entry& entry, std::string_view how) const;
  std::vector<EntryPtr> choose_leaving(const std::string& release, int percent);
  Async<> finish(std::vector<EntryPtr> entries);
  // Again and again, while it may help.
  Async<> until_settled(Async<> (Tasks::*step)(Duration));
  Async<> bring_weights(Duration limit);

  // measuring.cpp
  void take_figures();
  json::Array last_log(const std::string& id) const;
  Async<> sum_rpc_errors(std::vector<EntryPtr> entries, release::Measured* measured);
  Async<> count_rpc_errors(EntryPtr entry, release::Measured* measured);

  bool has(const EntryPtr& entry) const;

  Executor executor_;
  const Clock& clock_;
  http::Client& client_;
  log::Logger logger_;
  SupervisorOptions options_;
  MakeFront make_front_;
  std::string mark_;  // of the state folder, see kTaskVariable
  SavedState state_;  // its tasks are filled in when it is written
  std::vector<EntryPtr> entries_;
  struct Ended {
    std::string id;
    std::string release;
    std::string exit;
  };
  std::vector<Ended> ended_;  // the tasks that are gone, the newest last
  std::unique_ptr<Front> front_;
  bool is_stopping_ = false;
  bool is_applying_ = false;
  Event applied_;
  Event news_;  // the table has grown
};

}  // namespace davit::local
