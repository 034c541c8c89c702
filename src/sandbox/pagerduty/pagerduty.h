// PagerDuty's REST API v2 and Events API v2 in memory, on a linked data set (seed.h), writable.
// Written from developer.pagerduty.com; what is not there answers PagerDuty's own 404.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/server.h"
#include "sandbox/story.h"

namespace davit::sandbox::pagerduty {

struct Options {
  // A user key of story::kCaller. Her OAuth token is "pdus+sandbox".
  std::string token = "sandbox-token";
  // A key of the account, so of no user: /users/me refuses it.
  std::string account_token = "account-token";
  // Of the integration "Dynatrace" of story::kPageService, for both endpoints of the Events API.
  std::string routing_key = "R0SANDBOXEVENTS00000000000000001";
  // Whether the account has AIOps; without it past, related and outlier incidents answer 402.
  bool aiops = true;
  // Of PagerDuty: for each key; here all keys count together.
  int requests_per_minute = 960;
  int events_per_minute = 120;
};

// Serves the REST API at the root, the Events API under /v2/, and the control endpoints of
// sandbox/control.h. `clock` must outlive the handler.
std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& at, const Clock& clock
);

}  // namespace davit::sandbox::pagerduty
