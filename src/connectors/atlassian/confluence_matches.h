// Where a piece of text stands on a page, counted as Confluence counts for inline comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace davit::connectors::atlassian {

// A few words around each place, in the order of the document. Text goes across marks but not
// across blocks, mentions and the like; that of code blocks does not count.
std::vector<std::string> find_matches(const json::Value& document, std::string_view text);

}  // namespace davit::connectors::atlassian
