#include "app/local/scratch.h"

#include <cstdlib>
#include <system_error>

namespace davit::app {

namespace fs = std::filesystem;

Scratch::Scratch(const fs::path& beside) {
  auto name = (beside / "dry-run-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace davit::app
