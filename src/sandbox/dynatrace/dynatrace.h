// Dynatrace in memory: Environment API v2 and the platform's APIs (Grail, environment, documents,
// Davis CoPilot) on one port, writable. Written from the vendor's OpenAPI documents.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/server.h"
#include "sandbox/story.h"

namespace davit::sandbox::dynatrace {

struct Options {
  // A platform token: "Authorization: Bearer ...", good for /platform/... and the classic API
  // behind it.
  std::string token = "dt0s16.SANDBOX.0000000000000000";
  // A classic access token: "Authorization: Api-Token ...", good for /api/v2 and nothing else.
  std::string access_token = "dt0c01.SANDBOX.0000000000000000";
  // A platform token that may read problems, entities, metrics and logs, and nothing else.
  std::string limited_token = "dt0s16.LIMITED.0000000000000000";
  // Above, until the minute is over, 429 is answered.
  int requests_per_minute = 1000;
};

// Serves /api/v2/, /e/<any id>/api/v2/ and /platform/, and the control endpoints of
// sandbox/control.h. `clock` must outlive the handler.
std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& addresses, const Clock& clock
);

}  // namespace davit::sandbox::dynatrace
