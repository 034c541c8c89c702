// `davit up`: the supervisor of this machine, in the foreground.
#pragma once

#include <string>

#include "app/local/client.h"

namespace davit::app {

struct UpRequest {
  Place place;
  std::string program;     // davitd
  std::uint16_t port = 0;  // instead of the manifest's
};

// Until Ctrl-C, SIGTERM or `davit stop`; then everything that was started is drained and ended. A
// second Ctrl-C ends it at once. Answers the exit code. Errors: those of the manifest, of
// Supervisor::begin and of the control socket.
Result<int> run_up(const UpRequest& request);

}  // namespace davit::app
