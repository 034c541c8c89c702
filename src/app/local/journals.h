// Which release a supervisor that starts has to go on with, by what the journals tell.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "release/journal.h"

namespace davit::app {

struct Journals {
  // The newest release, when it has no end. An older one is never gone on with: what came after it
  // serves.
  std::optional<release::Record> open;
  std::vector<std::string> overtaken;   // older ones without an end
  std::vector<std::string> unbegun;     // without an end, and without anything done
  std::vector<std::string> unreadable;  // their files
  // The newest of them, when nothing that can be read was written later.
  std::string damaged;
};
Journals look_at_journals(const std::filesystem::path& folder);

// Nobody knows what the newest release came to. Errors: conflict, with what to do.
Result<> check_newest(const Journals& journals);

// Writes an end into the journal of a release that nobody goes on with: `failed`, or `refused` when
// nothing of it was done. Errors: as Journal::open.
Result<> close_journal(
    const std::filesystem::path& folder, const std::string& release, rollout::Time now
);

}  // namespace davit::app
