// To which version a rollback goes when nothing is being released.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "release/journal.h"

namespace davit::app {

// `to` is a release, or "previous": the last one that served before `serving` did. Errors:
// not_found (there is none, or its files are gone), with those that there are; invalid_input (it
// serves).
Result<std::string> choose_rollback(
    const std::vector<release::Record>& history,
    const std::string& serving,
    const std::string& to,
    const std::vector<std::string>& kept
);

// The versions whose files are in the state folder.
std::vector<std::string> kept_versions(const std::filesystem::path& state);

// The version `from` once more, as the release `to`: a name is used once. Errors: not_found,
// conflict, unavailable, protocol.
Result<> copy_version(
    const std::filesystem::path& state, const std::string& from, const std::string& to
);

}  // namespace davit::app
