// SHA-1 for git object ids and line codes. Not for security.
#pragma once

#include <string>
#include <string_view>

namespace davit::sandbox::gitlab {

std::string sha1(std::string_view bytes);  // 20 bytes
std::string sha1_hex(std::string_view bytes);
std::string to_hex(std::string_view bytes);

}  // namespace davit::sandbox::gitlab
