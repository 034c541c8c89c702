// A change of many incidents in one request, with a result for each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::pagerduty {

// One of the incidents of a call, as it was and as it became.
struct Target {
  std::string given;
  std::string id;
  json::Value before;
  // What became of it: "acknowledged", "already_resolved", "failed"; empty until it is known.
  std::string result;
  std::string reason;  // why it failed
  json::Value after;
};

struct Change {
  json::Object fields;          // of each incident in the body
  std::string_view done;        // the result of a change that was made
  bool spares_resolved = true;  // those that are resolved are left alone
  bool spares_acknowledged = false;
};

// The incidents of the argument `incidents`, each read once. One that cannot be read has a result.
Async<std::vector<Target>> read_targets(connector::Invocation call);

// Sends the change to those without a result. PagerDuty does nothing of a bulk when one part of it
// is refused, so each is then sent alone.
Async<std::vector<Target>> apply(
    connector::Invocation call, Change change, std::vector<Target> targets
);

// {number, id, result, reason} of each.
json::Array show(const std::vector<Target>& targets);

}  // namespace davit::connectors::pagerduty
