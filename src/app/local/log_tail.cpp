#include "app/local/log_tail.h"

#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "async/listener.h"
#include "base/strings.h"

namespace davit::app {
namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

// Without what follows the last end of a line.
std::vector<std::string> whole_lines(std::string_view text) {
  auto const end = text.rfind('\n');
  std::vector<std::string> lines;
  if (end == std::string_view::npos) return lines;
  for (auto const line : split(text.substr(0, end), '\n')) lines.emplace_back(line);
  return lines;
}

}  // namespace

std::string LogTail::read_from(std::uintmax_t offset, std::size_t most) const {
  Descriptor const file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return {};
  std::string text(most, '\0');
  auto const got = ::pread(file.get(), text.data(), most, static_cast<off_t>(offset));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::vector<std::string> LogTail::last(std::size_t count) {
  std::error_code ec;
  auto const size = std::filesystem::file_size(file_, ec);
  if (ec) return {};
  auto const begin = size > kMostBytes ? size - kMostBytes : 0;
  auto const text = read_from(begin, kMostBytes);
  auto lines = whole_lines(text);
  offset_ = begin + (text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  // The first may be the rest of a longer one.
  if (begin > 0 && !lines.empty()) lines.erase(lines.begin());
  if (lines.size() > count) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  }
  return lines;
}

std::vector<std::string> LogTail::next() {
  std::error_code ec;
  auto const size = std::filesystem::file_size(file_, ec);
  if (ec) return {};
  if (size < offset_) offset_ = 0;
  auto const text = read_from(offset_, kMostBytes);
  auto lines = whole_lines(text);
  if (!lines.empty()) {
    offset_ += text.rfind('\n') + 1;
  } else if (text.size() == kMostBytes) {
    offset_ += text.size();
  }
  return lines;
}

}  // namespace davit::app
