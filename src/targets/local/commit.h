// The commit that a folder stands at, as Git's own files say it.
#pragma once

#include <filesystem>
#include <string>

namespace davit::local {

// 40 or 64 hex digits; empty when it is in no repository, or that has no commit.
std::string commit_of(std::filesystem::path folder);

}  // namespace davit::local
