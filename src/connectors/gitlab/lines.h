// Lines: cuts text that arrives in pieces into numbered lines, and writes chosen ones for a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::connectors::gitlab {

struct Line {
  std::int64_t number;  // from 1
  std::string text;
};

class LineReader {
 public:
  using OnLine = std::function<void(Line)>;

  void feed(std::string_view piece, const OnLine& on_line);
  // The last line, when no line feed ended it.
  void finish(const OnLine& on_line);

  std::int64_t lines() const { return lines_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void end_line(const OnLine& on_line);

  std::string line_;
  std::int64_t lines_ = 0;
  std::size_t bytes_ = 0;
};

// "12: text" for each, with a line "..." where numbers are missing. Stops before `max_bytes`;
// `written` is then fewer than all.
struct Written {
  std::string text;
  std::size_t written = 0;
};
Written write_lines(const std::vector<Line>& lines, std::size_t max_bytes);

}  // namespace davit::connectors::gitlab
