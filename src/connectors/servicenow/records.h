// Records of any table: found by number, sys_id or web address.
#pragma once

#include <string>

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

struct RecordRef {
  std::string table;
  std::string sys_id;
  std::string number;  // empty where it has none
};

// The record of the argument "record", in the table of "table" where that is given or the address
// said it. Without one it is looked for among tasks. Errors: invalid_input, when it is not found;
// and those of Invocation.
Async<RecordRef> find_record(connector::Invocation call);

Async<json::Value> add_comment(connector::Invocation call);
Async<json::Value> get_record_activity(connector::Invocation call);

}  // namespace davit::connectors::servicenow
