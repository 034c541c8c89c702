// Choices: from the label that people know to the code that a query or a write needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

struct Choice {
  std::string label;
  std::string code;
};

// Those of the instance: every one can have its own. Cached. Empty where there are none or they may
// not be read.
Async<std::vector<Choice>> choices_of(
    connector::Invocation call, std::string table, std::string field
);

// A code stays; a label becomes its code, by what the instance says, or where that may not be read
// by what ServiceNow is delivered with. Errors: invalid_input, naming the labels.
Async<std::string> code_of(
    connector::Invocation call, std::string table, std::string field, std::string text
);

}  // namespace davit::connectors::servicenow
