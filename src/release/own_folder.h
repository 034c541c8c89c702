// Folders of what is nobody else's business: journals, and the evidence of failures.
#pragma once

#include <filesystem>
#include <system_error>

namespace davit::release {

// Makes it, and what is missing above it, for its owner only; one that is there stays as it is.
std::error_code make_own_folder(const std::filesystem::path& folder);

}  // namespace davit::release
