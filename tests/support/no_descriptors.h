// A process that has no descriptor left.
#pragma once

#include <cstdint>
#include <vector>

namespace davit::testing {

// As long as it lives the whole process can open nothing: EMFILE (setrlimit(2), RLIMIT_NOFILE).
class NoDescriptors {
 public:
  NoDescriptors();
  ~NoDescriptors();
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  std::uint64_t before_;
  std::vector<int> taken_;
};

}  // namespace davit::testing
