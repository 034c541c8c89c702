// ServiceNow's REST APIs in memory, on a small linked data set (seed*.cpp), writable. Written from
// the OpenAPI documents that an instance exports in its REST API explorer, and from the vendor's
// "REST API reference"; what is not there answers ServiceNow's own 400.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/server.h"
#include "sandbox/story.h"

namespace davit::sandbox::servicenow {

struct Options {
  // Password of the user mina, her API key, and with it the OAuth grants; all act as her.
  std::string token = "sandbox-token";
  std::string client_id = "harbor-client";
  std::string client_secret = "sandbox-secret";
  // ServiceNow's limits are rules for an hour; this one is shorter, so that a test meets its end.
  int requests_per_minute = 2000;
};

// Serves /api/, /oauth_token.do and the control endpoints of sandbox/control.h. `clock` must
// outlive the handler.
std::unique_ptr<http::Handler> make_sandbox(
    Options options, const Addresses& addresses, const Clock& clock
);

}  // namespace davit::sandbox::servicenow
