#include "targets/local/files.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/posix.h"
#include "base/strings.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

Descriptor open_file(const fs::path& file, int flags, mode_t mode = 0) {
  return Descriptor(::open(file.c_str(), flags | O_CLOEXEC, mode));
}

// As read(2), but for signals.
ssize_t read_some(int fd, std::array<char, 65536>& piece) {
  for (;;) {
    auto const count = ::read(fd, piece.data(), piece.size());
    if (count >= 0 || errno != EINTR) return count;
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto const count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

Result<> sync_folder(const fs::path& folder) {
  auto const fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!fd || ::fsync(fd.get()) != 0) return file_error("sync", folder);
  return {};
}

bool copy_bytes(int from, int to) {
  // One request for the whole file; only some file systems can.
  if (::ioctl(to, FICLONE, from) == 0) return true;
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  for (;;) {
    auto const count = ::copy_file_range(from, nullptr, to, nullptr, kPiece, 0);
    if (count == 0) return true;
    if (count > 0 || errno == EINTR) continue;
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return false;
    break;
  }
  std::array<char, 65536> piece{};
  for (;;) {
    auto const count = read_some(from, piece);
    if (count == 0) return true;
    if (count < 0 || !write_all(to, {piece.data(), static_cast<std::size_t>(count)})) return false;
  }
}

}  // namespace

Result<> write_atomically(const fs::path& file, std::string_view text) {
  auto beside = file;
  beside += ".new";
  {
    auto const fd = open_file(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!fd || !write_all(fd.get(), text) || ::fsync(fd.get()) != 0)
      return file_error("write", beside);
  }
  if (::rename(beside.c_str(), file.c_str()) != 0) return file_error("replace", file);
  return sync_folder(file.parent_path());
}

Result<std::string> read_file(const fs::path& file, std::size_t most) {
  auto const fd = open_file(file, O_RDONLY);
  if (!fd) return file_error("read", file);
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    auto const count = read_some(fd.get(), piece);
    if (count < 0) return file_error("read", file);
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > most) {
      return Error(
          ErrorKind::unavailable,
          fmt::format("{} is longer than {} bytes, and cannot be one of ours", file.string(), most)
      );
    }
  }
}

Result<> copy_file(const fs::path& from, const fs::path& to) {
  auto const source = open_file(from, O_RDONLY);
  struct stat about{};
  if (!source || ::fstat(source.get(), &about) != 0) return file_error("read", from);
  auto beside = to;
  beside += ".new";
  {
    // A new file each time: the old one may be running, and a running program cannot be written.
    ::unlink(beside.c_str());
    auto const target = open_file(beside, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!target || !copy_bytes(source.get(), target.get()) ||
        ::fchmod(target.get(), about.st_mode & 0777) != 0 || ::fsync(target.get()) != 0) {
      return file_error("write", beside);
    }
  }
  if (::rename(beside.c_str(), to.c_str()) != 0) return file_error("replace", to);
  return {};
}

Result<> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return {};
  return Error(
      ErrorKind::unavailable,
      fmt::format("cannot make the folder {}: {}", folder.string(), error.message())
  );
}

std::vector<std::string> last_lines(const fs::path& file, std::size_t count) {
  constexpr off_t kMost = 64 * 1024;
  auto const fd = open_file(file, O_RDONLY);
  struct stat about{};
  if (!fd || ::fstat(fd.get(), &about) != 0) return {};
  auto const from = about.st_size > kMost ? about.st_size - kMost : 0;
  std::string text(static_cast<std::size_t>(about.st_size - from), '\0');
  auto const got = ::pread(fd.get(), text.data(), text.size(), from);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  if (from > 0) text.erase(0, text.find('\n') + 1);
  while (text.ends_with('\n')) text.pop_back();
  if (text.empty()) return {};
  auto const pieces = split(text, '\n');
  auto const skipped = pieces.size() > count ? pieces.size() - count : 0;
  std::vector<std::string> lines;
  for (auto i = skipped; i < pieces.size(); ++i) lines.push_back(to_utf8(pieces[i]));
  return lines;
}

}  // namespace davit::local
