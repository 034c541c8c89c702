// The characters that HTML writes as "&lt;" and "&#65;". HTML Living Standard, 13.5.
#pragma once

#include <string>
#include <string_view>

namespace davit::connectors::servicenow {

// Appends what stands at the '&' at the front of `html`, and takes it off.
void take_entity(std::string_view& html, std::string& out);

// The text with every entity decoded once.
std::string unescaped(std::string_view text);

}  // namespace davit::connectors::servicenow
