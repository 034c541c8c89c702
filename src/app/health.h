// `davitd health`: for the health check of a container that has neither a shell nor curl.
#pragma once

#include "app/settings.h"

namespace davit::app {

// Asks the davitd that runs on this machine with the same settings for /health, and prints its
// answer. Answers the exit code. Errors: unavailable and timeout (it is not well); invalid_input
// (it cannot be asked: TLS, or a port that was taken freely).
Result<int> run_health(const Settings& settings);

}  // namespace davit::app
