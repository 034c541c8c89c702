#include "release/journal_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/posix.h"
#include "base/strings.h"
#include "release/own_folder.h"

namespace davit::release {
namespace {

// Some hundred lines of some KB are usual; more is no journal.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kLongestName = 128;
// It has commands, reasons and answers, which are for the owner only.
constexpr ::mode_t kMode = 0600;

Result<> sync_folder(const std::filesystem::path& folder) {
  Descriptor const opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return file_error("sync", folder);
  return Result<>();
}

// In one write, so that a killed process leaves all of it or a line without an end.
Result<> write_line(int fd, std::string text, const std::filesystem::path& file) {
  text += '\n';
  auto const written = ::write(fd, text.data(), text.size());
  if (written < 0) return file_error("write to", file);
  // Where a write ends early the disk is full, or the process may not write more.
  if (static_cast<std::size_t>(written) != text.size()) return file_error("write to", file, ENOSPC);
  if (::fdatasync(fd) != 0) return file_error("sync", file);
  return Result<>();
}

Result<std::string> read_text(const std::filesystem::path& file) {
  // Not a pipe that somebody put there, which would make us wait for ever.
  Descriptor const opened(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!opened) return file_error("read", file);
  struct ::stat about{};
  if (::fstat(opened.get(), &about) != 0) return file_error("read", file);
  auto const size = static_cast<std::size_t>(about.st_size);
  if (!S_ISREG(about.st_mode) || size > kMostBytes)
    return Error(ErrorKind::protocol, fmt::format("{} is no journal", file.string()));
  std::string text(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    auto const count = ::read(opened.get(), text.data() + filled, size - filled);
    if (count < 0) return file_error("read", file);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

Result<std::filesystem::path> journal_path(
    const std::filesystem::path& folder, std::string_view release
) {
  if (release.empty() || release.size() > kLongestName || release.starts_with('.') ||
      !std::ranges::all_of(release, is_name_character)) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "'{}' is no name for a release: use letters, digits, '.', '_' and '-', at most {}, and "
            "no '.' in front",
            utf8_prefix(to_utf8(release), kLongestName),
            kLongestName
        )
    );
  }
  return folder / fmt::format("{}{}", release, kJournalEnding);
}

Result<JournalText> read_journal(const std::filesystem::path& file) {
  DAVIT_TRY(auto const text, read_text(file));
  JournalText out;
  for (;;) {
    auto const end = text.find('\n', out.bytes);
    if (end == std::string::npos) return out;
    auto line = json::parse(std::string_view(text).substr(out.bytes, end - out.bytes));
    if (!line || !line->is_object()) {
      return Error(
          ErrorKind::protocol,
          fmt::format(
              "{}:{}: {}",
              file.string(),
              out.lines.size() + 1,
              line ? "a line of a journal is an object" : line.error().message()
          )
      );
    }
    out.lines.push_back(std::move(line->get_object()));
    out.bytes = end + 1;
  }
}

Result<JournalFile> JournalFile::create(const std::filesystem::path& file, std::string_view line) {
  auto const folder = file.parent_path();
  if (auto const ec = make_own_folder(folder); ec) return file_error("make", folder, ec.value());
  auto const draft =
      folder / fmt::format(".{}.{}", file.filename().string(), static_cast<int>(::getpid()));
  // Who was killed after the link has left a second name of its journal, which is not to be
  // emptied.
  ::unlink(draft.c_str());
  Descriptor opened(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kMode)
  );
  if (!opened) return file_error("write to", folder);
  auto const written = write_line(opened.get(), std::string(line), file);
  // A link, because it does not replace what is there.
  auto const linked = written && ::link(draft.c_str(), file.c_str()) == 0;
  auto const code = errno;
  ::unlink(draft.c_str());
  DAVIT_CHECK(written);
  if (!linked && code == EEXIST) return Error(ErrorKind::conflict, file.string() + " is there");
  if (!linked) return file_error("write", file, code);
  DAVIT_CHECK(sync_folder(folder));
  return JournalFile(std::move(opened), file);
}

Result<JournalFile> JournalFile::open(const std::filesystem::path& file, std::size_t bytes) {
  Descriptor opened(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!opened) return file_error("write to", file);
  if (::ftruncate(opened.get(), static_cast<::off_t>(bytes)) != 0 || ::fsync(opened.get()) != 0)
    return file_error("write to", file);
  return JournalFile(std::move(opened), file);
}

Result<> JournalFile::append(std::string_view line) {
  return write_line(opened_.get(), std::string(line), path_);
}

}  // namespace davit::release
