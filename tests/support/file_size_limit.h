// A disk that is full, without one: files may not grow beyond a size while this lives.
#pragma once

#include <cstddef>
#include <cstdint>

namespace davit::testing {

// Of the whole process (setrlimit(2), RLIMIT_FSIZE): a write that crosses it ends early, one beyond
// it fails with EFBIG. SIGXFSZ stays ignored.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes);
  ~FileSizeLimit();
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace davit::testing
