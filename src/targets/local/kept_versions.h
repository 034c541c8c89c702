// The versions that a state folder holds: copied, and removed when nobody needs them any more.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace davit::local {

// Those that are whole, in no order.
std::vector<std::string> kept_versions(const std::filesystem::path& state);

// The version `from` once more, as the release `to`: a name is used once. Whole on the disk, or not
// there. Errors: not_found, conflict (there is one of that name), unavailable, protocol.
Result<> copy_version(
    const std::filesystem::path& state, const std::string& from, const std::string& to
);

// One whose release does not begin.
void remove_version(const std::filesystem::path& state, const std::string& release);

// What is left of versions that were being made when we were killed. The caller knows that none is
// being made.
void remove_unfinished_versions(const std::filesystem::path& state);

// Those that are neither in `keep` nor among the newest `count`.
void remove_old_versions(
    const std::filesystem::path& state, const std::vector<std::string>& keep, std::size_t count
);

}  // namespace davit::local
