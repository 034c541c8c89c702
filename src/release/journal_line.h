// One line of a journal.
//
//   {"journal":1,"at":TIME,"release":...,"previous":...,"actor":...,...}    the first
//   {"at":TIME,"event":"succeeded","number":3,"reason":"","state":{...}}
//   {"at":TIME,"note":"gate","data":{...}}
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "release/journal.h"

namespace davit::release {

json::Object to_line(const Origin& origin, rollout::Time at);
json::Object to_line(const rollout::Event& event, const rollout::State& state);
json::Object to_line(std::string_view note, json::Object data, rollout::Time at);

// Of a release whose journal has no event yet.
rollout::State planned_state(const Origin& origin);

struct JournalLine {
  rollout::Time at{};
  std::optional<rollout::State> state;  // of an event
  json::Object text;                    // as it stands there
};

struct ReadJournal {
  std::filesystem::path file;
  std::size_t bytes = 0;
  Origin origin;
  rollout::Time began{};
  std::vector<JournalLine> lines;  // behind the first
};
// Errors: invalid_input (the name), not_found, protocol, unavailable.
Result<ReadJournal> read_lines(const std::filesystem::path& folder, const std::string& release);

}  // namespace davit::release
