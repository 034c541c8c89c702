// The cryptography that several modules share. OpenSSL is the engine and stays inside crypto.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace davit {

// From the operating system's generator; ends the process when that has failed.
std::string random_bytes(std::size_t count);

// `bytes` random bytes as base64url: 16 give 22 visible characters and 128 bits.
std::string random_id(std::size_t bytes = 16);

// 32 bytes.
std::string sha256(std::string_view data);

// Takes as long for equal as for different text of the same length.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace davit
