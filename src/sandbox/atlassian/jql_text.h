// The operator "~" of JQL.
#pragma once

#include <string_view>

namespace davit::sandbox::atlassian {

// All words in any place; a phrase in quotation marks as it stands; "pay*" a beginning.
// Both in lower case.
bool is_in_text(std::string_view text, std::string_view wanted);

}  // namespace davit::sandbox::atlassian
