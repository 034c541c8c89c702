// To which version a rollback goes when nothing is being released.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "release/journal.h"

namespace davit::app {

// `to` is a release, or "previous": the last one that served before `serving` did. Errors:
// not_found (there is none, or it is not in `kept`), with those that there are; invalid_input (it
// serves).
Result<std::string> choose_rollback(
    const std::vector<release::Record>& history,
    const std::string& serving,
    const std::string& to,
    const std::vector<std::string>& kept
);

}  // namespace davit::app
