#include "base/posix.h"

#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace davit {

void Descriptor::reset() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

std::string errno_text(int code) {
  return std::error_code(code, std::generic_category()).message();
}

Error file_error(std::string_view doing, const std::filesystem::path& file, int code) {
  return Error(
      code == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable,
      fmt::format("cannot {} {}: {}", doing, file.string(), errno_text(code))
  );
}

ErrorKind kind_of_errno(int code) {
  if (code == ENOENT || code == ENOTDIR) return ErrorKind::not_found;
  if (code == EACCES || code == EPERM) return ErrorKind::forbidden;
  return ErrorKind::unavailable;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace davit
