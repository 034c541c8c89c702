#include "app/local/programs.h"

#include <system_error>

namespace davit::app {

namespace fs = std::filesystem;

fs::path davitd_program(const std::string& given, const manifest::Manifest& manifest) {
  if (!given.empty()) return given;
  if (!manifest.local.program.empty()) {
    return fs::path(manifest.file).parent_path() / manifest.local.program;
  }
  std::error_code ec;
  return fs::read_symlink("/proc/self/exe", ec).parent_path() / "davitd";
}

}  // namespace davit::app
