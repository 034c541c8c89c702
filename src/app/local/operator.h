// Operator: carries out what commands ask of the supervisor.
#pragma once

#include <functional>
#include <string>

#include "app/local/control.h"
#include "app/local/deploy_request.h"
#include "app/local/releases.h"
#include "app/local/state_folder.h"
#include "app/local/up_settings.h"
#include "app/local/view.h"
#include "async/event.h"
#include "async/task_scope.h"

namespace davit::app {

class Operator {
 public:
  struct Parts {
    Executor executor;
    const Clock* clock = nullptr;
    Releases* releases = nullptr;
    StateFolder folder;
    log::Logger logger;
    std::string program;     // davitd, when a request names none
    UpSettings up_settings;  // with which the supervisor began
    // Of the machine.
    std::function<Async<local::Status>()> status;
    std::function<Async<>(std::string service, int tasks)> scale;
    // The order to end everything; `ended` is told when it has been done.
    std::function<void(std::string by)> stop;
  };

  explicit Operator(Parts parts)
      : parts_(std::move(parts)),
        ended_(parts_.executor),
        begins_(parts_.executor, parts_.logger) {}

  // For the control socket. Errors: invalid_input (no such verb); those of the verbs.
  Async<json::Object> answer(json::Object request, Tell tell);

  // Makes the version and begins its release; answers its name, or, for a dry run, the plan in
  // words and as JSON. Errors: as local::make_version, make_plan, Releases::begin.
  Async<json::Object> begin(DeployRequest request);
  struct GoneOn {
    std::string release;               // empty: there was nothing to go on with
    std::vector<std::string> remarks;  // on journals that are damaged, or were never ended
  };
  // Goes on with the newest release when its journal has no end. Older ones are closed. Errors: it
  // cannot be gone on with, and is stuck.
  Result<GoneOn> go_on(const manifest::Manifest& manifest);
  // Where everything stands. Never fails: what cannot be seen is left out, and the note says so.
  Async<View> look();
  // Until `release` has got to `until` ("started", "gated", "shifted", "done", "paused"), telling
  // each change, and how it stands every half a second. Errors: cancelled, unavailable (the driver
  // gave up).
  Async<json::Object> follow(std::string release, Tell tell, std::string until);

  void ended();
  // Ends what is about to begin. Before the destructor.
  Async<> stop();

 private:
  Async<json::Object> status(json::Object request, Tell tell);
  Async<json::Object> deploy(json::Object request, Tell tell);
  Async<json::Object> wait(json::Object request, Tell tell);
  Async<json::Object> resume(json::Object request, Tell tell);
  Async<json::Object> roll_back(json::Object request, Tell tell);
  Async<json::Object> stop(json::Object request, Tell tell);
  Async<json::Object> scale(json::Object request, Tell tell);
  Async<json::Object> go_back(json::Object request, Tell tell);
  Async<json::Object> begin_again(json::Object request);
  // Of a version that was made for it and goes with a failure. `remarks` come behind those of the
  // plan.
  Async<json::Object> begin_version(
      DeployRequest request,
      manifest::Manifest manifest,
      local::Version version,
      std::vector<std::string> remarks
  );
  Async<json::Object> plan_and_begin(
      DeployRequest request,
      manifest::Manifest manifest,
      local::Version version,
      std::vector<std::string> remarks
  );
  Async<> make_way(std::string actor);
  Async<> end_hooks();
  // Goes on when whoever asked goes away, who hears meanwhile that we are there.
  Async<json::Object> detach(Async<json::Object> work, Tell tell);
  Serving serving_of(const local::Status& status) const;
  json::Object outcome(const rollout::State& state) const;
  // What one of those who watch has been told of a release.
  struct Told {
    std::size_t states = 0;
    bool gate = false;
  };
  Result<> tell_gate(const std::string& release, const Tell& tell, Told* told);
  Result<> tell_all(const std::string& release, const Tell& tell, const View& view, Told* told);

  struct Verb;
  static const Verb kVerbs[];

  Parts parts_;
  Event ended_;
  bool has_ended_ = false;
  TaskScope begins_;
};

// The exit code of a release that ended so: 0, refused, rolled_back or rollback_failed.
int exit_code_of(rollout::Stage stage);
// Whether a release that is under way has got so far.
bool has_reached(const rollout::State& state, std::string_view until);

}  // namespace davit::app
