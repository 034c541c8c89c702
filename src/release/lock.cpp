#include "release/lock.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/posix.h"
#include "base/strings.h"
#include "release/time_text.h"

namespace davit::release {
namespace {

// Of what a holder wrote about itself; what does not fit was not written by us.
constexpr std::size_t kMostHolderBytes = 512;

// Two lines: who, and since when.
Error held_error(int fd, const std::filesystem::path& file) {
  std::array<char, kMostHolderBytes> buffer{};
  auto const count = ::pread(fd, buffer.data(), buffer.size(), 0);
  auto const text = to_utf8({buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0});
  auto const lines = split(text, '\n');
  auto const since = lines.size() > 1 ? parse_time(lines[1]) : std::nullopt;
  // It writes just after it has locked.
  auto const who = lines[0].empty() || !since ? "somebody who began just now"
                                              : fmt::format("{} since {}", lines[0], lines[1]);
  return Error(ErrorKind::conflict, fmt::format("{} is held by {}", file.string(), who));
}

bool write_holder(int fd, const std::string& holder) {
  auto who = to_utf8(utf8_prefix(holder, kMostHolderBytes / 2));
  for (auto& c : who) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  auto const text = fmt::format("{}\n{}\n", who, to_text(now_of(SystemClock())));
  return ::ftruncate(fd, 0) == 0 &&
         ::pwrite(fd, text.data(), text.size(), 0) == static_cast<::ssize_t>(text.size());
}

}  // namespace

Result<Lock> Lock::take(const std::filesystem::path& file, const std::string& holder) {
  std::error_code ec;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ec);
  if (ec) return file_error("lock", file, ec.value());
  // It stays when the lock ends: who would remove it could remove that of the next holder.
  Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!opened) return file_error("lock", file);
  if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? held_error(opened.get(), file) : file_error("lock", file);
  if (!write_holder(opened.get(), holder)) return file_error("lock", file);
  return Lock(std::move(opened));
}

std::string this_holder() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  auto const* const name = std::getenv("LOGNAME");
  auto const user =
      name != nullptr && *name != '\0' ? std::string(name) : fmt::format("user {}", ::getuid());
  return fmt::format("{}@{}, pid {}", user, host.data(), ::getpid());
}

}  // namespace davit::release
