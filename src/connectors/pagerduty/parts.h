// Parts of an answer: those that hold no more than a few rows, and those that are missing.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::pagerduty {

// At most `most` rows stay under `name`; a part that had more is named in "incomplete". Rows ask
// for one more than they show.
void cut_part(json::Object& answer, std::string_view name, std::size_t most);

// A write was answered well, but not with `what`: it may have been carried out. Kind: protocol.
Error answered_without(std::string_view what);

}  // namespace davit::connectors::pagerduty
