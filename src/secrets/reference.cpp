#include "secrets/reference.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/posix.h"

namespace davit::secrets {
namespace {

Error unreadable(const std::string& path, int code) {
  return Error(kind_of_errno(code), fmt::format("file:{}: {}", path, errno_text(code)));
}

Result<Secret> read_file(const std::string& path) {
  auto const refuse = [&path](std::string_view why) {
    return Error(ErrorKind::invalid_input, fmt::format("file:{}: {}", path, why));
  };
  // Non-blocking, so that a pipe without a writer does not hold up the start.
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return unreadable(path, errno);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return unreadable(path, errno);
  if (!S_ISREG(status.st_mode)) return refuse("is not a regular file");

  std::string text(kMaxSecretBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    auto const count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(path, errno);
    size += static_cast<std::size_t>(count);
  }
  if (size > kMaxSecretBytes) return refuse("is larger than 64KB");
  text.resize(size);
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) return refuse("is empty");
  return Secret(std::move(text));
}

Result<Secret> read_variable(const std::string& name, const Environment& environment) {
  auto const found = environment.find(name);
  if (found == environment.end()) {
    return Error(ErrorKind::not_found, fmt::format("env:{}: the variable is not set", name));
  }
  if (found->second.empty()) {
    return Error(ErrorKind::invalid_input, fmt::format("env:{}: the variable is empty", name));
  }
  return Secret(found->second);
}

}  // namespace

Environment process_environment() {
  Environment all;
  for (auto const* const* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view const text(*entry);
    auto const equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

Result<Secret> resolve(const SecretReference& reference, const Environment& environment) {
  switch (reference.scheme) {
    case Scheme::env: return read_variable(reference.target, environment);
    case Scheme::file: return read_file(reference.target);
    case Scheme::secrets_manager:
    case Scheme::parameter_store: break;
  }
  return Error(
      ErrorKind::invalid_input,
      to_string(reference) +
          ": references to AWS are not available in this version; write `env:NAME` or `file:PATH`"
  );
}

std::string exposure(const SecretReference& reference) {
  struct stat status = {};
  if (reference.scheme != Scheme::file || ::stat(reference.target.c_str(), &status) != 0 ||
      (status.st_mode & S_IROTH) == 0) {
    return "";
  }
  return fmt::format(
      "{} can be read by every user of this machine; chmod o-r {}",
      to_string(reference),
      reference.target
  );
}

}  // namespace davit::secrets
