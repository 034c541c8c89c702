// What a supervisor writes down before it acts: which tasks there are, and who has the traffic.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "targets/local/task.h"

namespace davit::local {

struct SavedTask {
  TaskRecord record;  // pid 0: it was about to be started
  int restarts = 0;
  bool is_leaving = false;   // it drains, or was about to
  bool was_healthy = false;  // ever, of any of its processes
  bool was_told = false;     // to end
};

struct SavedState {
  std::int64_t next_id = 1;
  // `green` has `percent` of the traffic, `blue` the rest. Both are empty before the first release.
  std::string green;
  std::string blue;
  int percent = 0;
  std::map<std::string, int> wanted;  // per cent of its tasks that shall run, by release
  std::map<std::string, int> counts;  // tasks of a service, in the place of the version's number
  std::vector<SavedTask> tasks;
};
// Who has all traffic, or most of it as long as a release is under way: empty before the first.
const std::string& serving(const SavedState& state);

json::Object to_json(const SavedState& state);
Result<SavedState> state_from_json(const json::Value& value);

// STATE/state.json. One that is not there is the state before the first release. Errors: protocol
// (it cannot be read), unavailable.
Result<SavedState> load_state(const std::filesystem::path& folder);
Result<> save_state(const std::filesystem::path& folder, const SavedState& state);

}  // namespace davit::local
