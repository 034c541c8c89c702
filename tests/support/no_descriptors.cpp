#include "support/no_descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace davit::testing {
namespace {

constexpr std::uint64_t kFew = 256;  // so that taking them all is quick

::rlimit current() {
  ::rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

void set_current(std::uint64_t count) {
  auto limit = current();
  limit.rlim_cur = count;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

NoDescriptors::NoDescriptors() : before_(current().rlim_cur) {
  set_current(kFew);
  for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
}

NoDescriptors::~NoDescriptors() {
  for (auto const fd : taken_) ::close(fd);
  set_current(before_);
}

}  // namespace davit::testing
