// What all sandboxes have in common: fault switches, the list of requests seen, and a reset, each
// under /_sandbox/ and without a token. README.md has the details.
#pragma once

#include <memory>
#include <string>

#include "http/message.h"
#include "http/server.h"

namespace davit::sandbox {

// One vendor's API in memory. It never waits, so it answers directly.
class Service {
 public:
  virtual ~Service() = default;

  virtual http::Response answer(const http::Request& request) = 0;

  // Back to the data the sandbox started with.
  virtual void reset() = 0;

  // What the vendor sends when the client is too fast. `retry_after` is the value of the header;
  // empty leaves it out.
  virtual http::Response rate_limited(const std::string& retry_after) = 0;
};

// Puts the fault switches and the control endpoints in front of `service`. Control endpoints answer
// only to a peer on loopback.
std::unique_ptr<http::Handler> with_control(std::unique_ptr<Service> service);

}  // namespace davit::sandbox
