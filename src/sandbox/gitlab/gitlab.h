// GitLab's REST API v4 in memory, on a small linked data set (seed.h), writable. Written from
// docs.gitlab.com/api; what is not there answers GitLab's own 404.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/server.h"

namespace davit::sandbox::gitlab {

struct Options {
  // Belongs to the user mina, with scope api. "read-only-token" is hers too, with read_api;
  // "jonas-token" and "aisha-token" are those of two colleagues; "expired-token" has expired.
  std::string token = "sandbox-token";
  // What web addresses and Link headers start with, "http://127.0.0.1:8929"; empty takes the Host
  // header of each request.
  std::string base_url;
  // Above, until the minute is over, 429 is answered. GitLab.com has 2000 for each user; here all
  // users count together.
  int requests_per_minute = 2000;
};

// Serves /api/v4/ and the control endpoints of sandbox/control.h. `clock` must outlive the handler.
std::unique_ptr<http::Handler> make_sandbox(Options options, const Clock& clock);

}  // namespace davit::sandbox::gitlab
