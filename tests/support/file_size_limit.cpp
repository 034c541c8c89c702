#include "support/file_size_limit.h"

#include <csignal>
#include <sys/resource.h>

namespace davit::testing {
namespace {

::rlimit current() {
  ::rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  return limit;
}

void set_current(std::uint64_t bytes) {
  auto limit = current();
  limit.rlim_cur = bytes;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace

FileSizeLimit::FileSizeLimit(std::size_t bytes) : before_(current().rlim_cur) {
  std::signal(SIGXFSZ, SIG_IGN);
  set_current(bytes);
}

FileSizeLimit::~FileSizeLimit() { set_current(before_); }

}  // namespace davit::testing
