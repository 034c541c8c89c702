// History and comments as they are shown, alone and as parts of an issue.
#pragma once

#include <cstddef>

#include "json/json.h"

namespace davit::connectors::atlassian {

// One row for each changed field, in the order of `histories`, at most so many.
json::Array show_changes(const json::Array& histories, std::size_t max_rows);

// Says what of "edited" and "jsdPublic" matters, and drops the rest.
void finish_comment(json::Object& comment);

}  // namespace davit::connectors::atlassian
