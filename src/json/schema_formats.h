// The formats of Validation 7.3, for those who want `format` to decide.
#pragma once

#include <string_view>

namespace davit::json {

using FormatCheck = bool (*)(std::string_view text);

// Null for a format that is not known; such a format accepts everything (Validation 7.2.3). So do
// idn-email, idn-hostname, iri and iri-reference as far as they go beyond ASCII.
FormatCheck find_format(std::string_view name);

}  // namespace davit::json
