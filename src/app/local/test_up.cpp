// `davit up` for its tests.
//   test_up MANIFEST [LARGEST_FILE]
// No file grows beyond LARGEST_FILE bytes: the journal of a release can be made one that cannot be
// written any more.
#include <csignal>
#include <cstdlib>
#include <sys/resource.h>

#include <fmt/format.h>

#include "app/local/up.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (argc > 2) {
    // Else it would end by the signal.
    std::signal(SIGXFSZ, SIG_IGN);
    auto const bytes = static_cast<rlim_t>(std::atol(argv[2]));
    rlimit const limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  davit::app::UpRequest request;
  request.place.file = argv[1];
  auto const code = davit::app::run_up(request);
  if (code) return *code;
  fmt::print(stderr, "davit: {}\n", code.error().message());
  return 1;
}
