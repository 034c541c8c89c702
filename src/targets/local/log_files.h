// Log files of tasks: ID.log, which its process appends to, and older ones ID.log.1, ID.log.2, ...
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace davit::local {

std::filesystem::path log_file(const std::filesystem::path& folder, const std::string& id);

// When the file is larger than `most`, what is in it goes to .1, and so on; at most `files` stay
// with the first. The file itself stays, emptied, for its process has it open: what is written
// between the copy and that is lost.
void rotate(const std::filesystem::path& file, std::size_t most, int files);

// The oldest first.
std::vector<std::filesystem::path> log_files_of(const std::filesystem::path& file);

// Removes the files of tasks that are not among `ids`, but for the `count` newest of those.
void remove_old_logs(
    const std::filesystem::path& folder, const std::vector<std::string>& ids, std::size_t count
);

}  // namespace davit::local
