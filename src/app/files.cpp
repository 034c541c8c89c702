#include "app/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

namespace davit::app {
namespace {

constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;

Error failure(std::string_view doing, const std::string& path, int code) {
  auto kind = ErrorKind::unavailable;
  if (code == ENOENT || code == ENOTDIR) kind = ErrorKind::not_found;
  if (code == EACCES || code == EPERM || code == EROFS) kind = ErrorKind::forbidden;
  return Error(kind, std::strerror(code)).while_doing(fmt::format("{} {}", doing, path));
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

}  // namespace

Result<std::string> read_file(const std::string& path) {
  File owned(path == "-" ? nullptr : std::fopen(path.c_str(), "rb"), &std::fclose);
  if (path != "-" && !owned) return failure("reading", path, errno);
  auto* const file = owned ? owned.get() : stdin;
  std::string text;
  char block[64 * 1024];
  errno = 0;
  for (;;) {
    auto const count = std::fread(block, 1, sizeof block, file);
    text.append(block, count);
    if (text.size() > kMaxBytes) {
      return Error(ErrorKind::invalid_input, fmt::format("{} is larger than 16 MB", path));
    }
    if (count < sizeof block) break;
  }
  if (std::ferror(file) != 0) return failure("reading", path, errno);
  return text;
}

Result<> write_file(const std::string& path, std::string_view text) {
  std::error_code failed;
  auto const folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) return failure("making", folder.string(), failed.value());
  auto const draft = fmt::format("{}.{}.tmp", path, ::getpid());
  File file(std::fopen(draft.c_str(), "wb"), &std::fclose);
  if (!file) return failure("writing", path, errno);
  auto const written = std::fwrite(text.data(), 1, text.size(), file.get());
  auto const is_good = written == text.size() && std::fclose(file.release()) == 0;
  if (is_good && std::rename(draft.c_str(), path.c_str()) == 0) return {};
  auto const code = errno;
  std::remove(draft.c_str());
  return failure("writing", path, code);
}

}  // namespace davit::app
