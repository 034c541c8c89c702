// Files of the state folder: written so that a crash leaves the old content or the new one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::local {

// Into a file beside it, onto the disk, and then in its place. For its owner alone. Errors:
// unavailable.
Result<> write_atomically(const std::filesystem::path& file, std::string_view text);

// Errors: not_found; unavailable, also when it is longer than `most`.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t most);

// With its mode; shares the blocks where the file system can. Errors: not_found, unavailable.
Result<> copy_file(const std::filesystem::path& from, const std::filesystem::path& to);

// Errors: unavailable.
Result<> make_folder(const std::filesystem::path& folder);

// The last lines of a file, at most `count` of them and 64 KB; none when it cannot be read.
std::vector<std::string> last_lines(const std::filesystem::path& file, std::size_t count);

}  // namespace davit::local
