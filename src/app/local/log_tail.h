// LogTail: the last lines of a growing file, and then what is appended to it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace davit::app {

class LogTail {
 public:
  explicit LogTail(std::filesystem::path file) : file_(std::move(file)) {}

  // The last `count` lines; what comes later begins behind them.
  std::vector<std::string> last(std::size_t count);
  // Whole lines that came since; from the beginning when the file was emptied meanwhile. At most a
  // megabyte at once.
  std::vector<std::string> next();

 private:
  std::string read_from(std::uintmax_t offset, std::size_t most) const;

  std::filesystem::path file_;
  std::uintmax_t offset_ = 0;
};

}  // namespace davit::app
