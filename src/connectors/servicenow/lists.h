// Lists: from the arguments of a list tool to its encoded query, as data.
#pragma once

#include <string>

#include "async/async.h"
#include "connector/invocation.h"
#include "connector/keep.h"
#include "connector/request.h"

namespace davit::connectors::servicenow {

using connector::Str;

struct Filter {
  enum class Kind {
    equal,
    contains,
    one_of,   // of the values of a list
    choices,  // labels or codes; "open" and "all" stand for what is active or not
    since,    // at or after a time
    until,    // at or before it
    text,     // full text search; no field
    query,    // an encoded query of the model's, checked; no field
    order,    // "updated", "opened", "priority", "start", "due"; no field
  };
  Str param;
  Kind kind = Kind::equal;
  Str field = {};
  // Not on every instance: looked up first, as an unknown field would not narrow the list.
  bool may_be_missing = false;
};

inline constexpr std::size_t kMaxFilters = 16;

struct ListSpec {
  Str table;
  Str fields;
  Filter filters[kMaxFilters] = {};
  Str fixed = {};  // conditions that always hold
  Str order = "-sys_updated_on";
};

// `table` in place of the spec's, for one that extends it. Errors: invalid_input, naming the
// argument; and those of Invocation.
Async<connector::ApiRequest> list_request(
    connector::Invocation call, const ListSpec* spec, std::string table = {}
);

}  // namespace davit::connectors::servicenow
