// Edits: a part of a text replaced, when it is there exactly once. So a model need not send a whole
// text again, and cannot lose what it did not read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::connectors::gitlab {

// `text` with its one `old_part` replaced. `where` names the text in messages. Errors:
// invalid_input.
Result<std::string> replaced_once(
    std::string_view where, std::string_view text, std::string_view old_part, std::string_view part
);

}  // namespace davit::connectors::gitlab
