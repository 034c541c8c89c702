#include "app/local/programs.h"

#include <cstdlib>
#include <system_error>
#include <unistd.h>

#include "base/strings.h"

namespace davit::app {

namespace fs = std::filesystem;

std::string find_program(const std::string& name) {
  auto const* path = std::getenv("PATH");
  auto const folders = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
  for (auto const folder : split(folders, ':')) {
    if (folder.empty()) continue;
    auto const file = std::string(folder) + '/' + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

fs::path davitd_program(const std::string& given, const manifest::Manifest& manifest) {
  if (!given.empty()) return given;
  if (!manifest.local.program.empty()) {
    return fs::path(manifest.file).parent_path() / manifest.local.program;
  }
  std::error_code ec;
  return fs::read_symlink("/proc/self/exe", ec).parent_path() / "davitd";
}

}  // namespace davit::app
