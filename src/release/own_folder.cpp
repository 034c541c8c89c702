#include "release/own_folder.h"

#include <cerrno>
#include <sys/stat.h>

namespace davit::release {

std::error_code make_own_folder(const std::filesystem::path& folder) {
  std::error_code ec;
  if (folder.empty() || std::filesystem::is_directory(folder, ec)) return {};
  if (auto const above = make_own_folder(folder.parent_path()); above) return above;
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  std::error_code const failed(errno, std::generic_category());
  // Somebody else was faster.
  return std::filesystem::is_directory(folder, ec) ? std::error_code() : failed;
}

}  // namespace davit::release
