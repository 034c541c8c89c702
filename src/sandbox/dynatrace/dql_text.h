// How DQL looks for text in text.
#pragma once

#include <string_view>

namespace davit::sandbox::dynatrace::dql {

// Whole words, without case.
bool has_phrase(std::string_view text, std::string_view phrase);
// All of the text, without case; a star may stand at either end of the pattern.
bool matches_value(std::string_view text, std::string_view pattern);

}  // namespace davit::sandbox::dynatrace::dql
