// Whole files as texts, for commands.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::app {

// "-" is standard input. Errors: not_found, forbidden, unavailable, invalid_input (over 16 MB).
// Blocks.
Result<std::string> read_file(const std::string& path);

// In place of what is there, whole or not at all; folders above it are made. Errors: forbidden,
// unavailable. Blocks.
Result<> write_file(const std::string& path, std::string_view text);

}  // namespace davit::app
