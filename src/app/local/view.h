// View: what the supervisor tells of itself, as it travels over the control socket and as it is
// drawn.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "json/json.h"
#include "release/journal.h"
#include "rollout/rollout.h"
#include "targets/local/supervisor.h"

namespace davit::app {

struct View {
  rollout::Time now{};
  std::optional<rollout::State> state;  // of the release under way, or of the last one
  std::string actor;                    // who began it
  std::string command;
  rollout::Time began{};
  local::Status status;
  std::map<std::string, rollout::milliseconds> ages;  // of the tasks
  bool is_running = true;                             // a supervisor is
  std::string note;                                   // what else a person should know
};

// Whether a release in this stage is on its way back: what it had got to does not count any more.
bool goes_back(rollout::Stage stage);

json::Object to_json(const local::Status& status);
Result<local::Status> status_from_json(const json::Value& value);

// {"event": "release", ...}
json::Object to_json(const View& view);
// Errors: protocol.
Result<View> view_from_json(const json::Object& object);

}  // namespace davit::app
