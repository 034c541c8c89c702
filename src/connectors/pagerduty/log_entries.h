// Log entries: how PagerDuty writes down what happened.
#pragma once

#include "json/json.h"

namespace davit::connectors::pagerduty {

// Tool::finish for lists of log entries: "trigger_log_entry" becomes "trigger", and only notes keep
// their text.
void shorten_types(const json::Object& arguments, json::Object& answer);

}  // namespace davit::connectors::pagerduty
