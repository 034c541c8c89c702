// Faults: which requests a sandbox answers wrongly on purpose, and how.
#pragma once

#include <chrono>
#include <list>
#include <string>
#include <string_view>

#include "http/message.h"
#include "json/json.h"

namespace davit::sandbox {

enum class Fault {
  none,
  rate_limited,  // 429 in the vendor's shape
  unavailable,   // 503 with a proxy's HTML page
  bad_gateway,   // 502 with a proxy's HTML page
  server_error,  // 500 as JSON
  slow,          // the right answer, late
  hang,          // no answer until the client goes away
  truncated,     // the right answer, cut in the middle
  html,          // 200 with an HTML login page
  huge,          // 200 with 5 MB of JSON
  redirect,      // 302 to another host
  wrong_type,    // a JSON string where an object is expected
};

// One switch: its fault hits the requests whose target contains `match`, `times` times.
struct FaultRule {
  std::string match;   // empty matches every request
  std::string method;  // empty matches every method
  Fault fault = Fault::none;
  int times = 1;                          // -1 has no end
  std::string retry_after = "1";          // for rate_limited; empty sends no Retry-After
  std::chrono::milliseconds delay{1000};  // for slow
  int hits = 0;
};

class Faults {
 public:
  // From the body of POST /_sandbox/faults. Errors: invalid_input.
  Result<> add(const json::Value& rule);
  void clear() { rules_.clear(); }
  json::Array to_json() const;

  // What the request is to suffer, from its own header X-Sandbox-Fault first, and counts the hit.
  // Errors: invalid_input, when the header names no fault.
  Result<FaultRule> take(const http::Request& request);

 private:
  std::list<FaultRule> rules_;
};

// The answer of a fault that needs no knowledge of the vendor; `right` is what the sandbox would
// have answered. rate_limited, slow and hang leave `right` as it is.
http::Response spoil(Fault fault, http::Response right);

}  // namespace davit::sandbox
