#include "connectors/gitlab/lines.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::connectors::gitlab {
namespace {

// What is longer is a minified file or a progress bar. More than this of a line is not kept.
constexpr std::size_t kLineBytes = 2000;
// The reader keeps more, because markers and colours are taken out of it later.
constexpr std::size_t kRawLineBytes = 16 * 1024;

}  // namespace

void LineReader::feed(std::string_view piece, const OnLine& on_line) {
  bytes_ += piece.size();
  while (!piece.empty()) {
    auto const end = piece.find('\n');
    auto const part = piece.substr(0, end);
    if (line_.size() < kRawLineBytes) line_ += part.substr(0, kRawLineBytes - line_.size());
    if (end == std::string_view::npos) return;
    end_line(on_line);
    piece.remove_prefix(end + 1);
  }
}

void LineReader::finish(const OnLine& on_line) {
  if (!line_.empty()) end_line(on_line);
}

void LineReader::end_line(const OnLine& on_line) {
  on_line({.number = ++lines_, .text = std::move(line_)});
  line_.clear();
}

Written write_lines(const std::vector<Line>& lines, std::size_t max_bytes) {
  Written out;
  std::int64_t last = lines.empty() ? 0 : lines.front().number - 1;
  for (auto const& line : lines) {
    auto text = line.number == last + 1 ? std::string() : std::string("...\n");
    text += fmt::format("{}: ", line.number);
    text += utf8_prefix(line.text, kLineBytes);
    if (line.text.size() > kLineBytes) text += "...";
    text += '\n';
    if (out.text.size() + text.size() > max_bytes) break;
    out.text += text;
    ++out.written;
    last = line.number;
  }
  return out;
}

}  // namespace davit::connectors::gitlab
