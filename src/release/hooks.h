// Hooks: what the operator wants to be run, or told, at points of a release.
#pragma once

#include <string>
#include <vector>

#include "async/async.h"
#include "http/client.h"
#include "rollout/rollout.h"

namespace davit::release {

struct Hook {
  enum class When {
    pre_deploy,         // before green's first task is started
    pre_traffic,        // after the gate, before the first shift
    pre_step,           // before every shift
    confirm_promotion,  // before blue is retired
    post_deploy,        // green serves everything
    rollback,           // a rollback begins
    event,              // every change of stage; its outcome does not matter
  };
  When when = When::event;
  std::vector<std::string> command;  // a program and its arguments
  std::string url;                   // instead: gets a POST with JSON
  // The first four are asked in the time of the stage, too: what ends it first counts.
  std::chrono::milliseconds timeout{60'000};
};
std::optional<Hook::When> parse_hook_name(std::string_view name);  // "pre-deploy"
std::string_view to_string(Hook::When when);

// Runs those of `when`, one after the other, until one fails. A program has DAVIT_HOOK,
// DAVIT_RELEASE, DAVIT_PREVIOUS, DAVIT_STAGE, DAVIT_STEP, DAVIT_WEIGHT and DAVIT_REASON in its
// environment; a URL gets the same as JSON. Errors: that of the hook, with its last words; timeout.
Async<> run_hooks(
    Executor executor,
    http::Client* client,
    std::vector<Hook> hooks,
    Hook::When when,
    rollout::State state
);

}  // namespace davit::release
