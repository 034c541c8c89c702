// Writes: from arguments to stored fields, and the comparison of what was asked with what is
// stored, for ACLs and business rules drop fields without a word.
#pragma once

#include <string>

#include "async/async.h"
#include "connector/invocation.h"
#include "connector/keep.h"

namespace davit::connectors::servicenow {

using connector::Str;

struct FieldParam {
  enum class Kind {
    text,    // as it is: text, ids that were looked up, numbers
    choice,  // a label or a code
    time,
  };
  Str param;
  Str field;
  Kind kind = Kind::text;
};

inline constexpr std::size_t kMaxFields = 16;

struct WriteSpec {
  Str table;
  FieldParam fields[kMaxFields] = {};
};

// The fields that the arguments set, as they are stored; those in "extra" or "values" are checked
// against the dictionary. Errors: invalid_input, naming the argument; and those of Invocation.
Async<json::Object> fields_to_write(connector::Invocation call, const WriteSpec* spec);

// `path` is where records are created, empty for the Table API. {number, sys_id, url,
// not_applied?}; with the argument dry_run only what would be sent. Errors: those of Invocation.
Async<json::Value> create_record(
    connector::Invocation call, std::string table, std::string path, json::Object fields
);
// {number, sys_id, url, changed[{field, old, new}], not_applied?[{field, asked, stored}]}.
// invalid_input when there is nothing to change.
Async<json::Value> update_record(
    connector::Invocation call,
    std::string table,
    std::string path,
    std::string sys_id,
    json::Object fields
);

}  // namespace davit::connectors::servicenow
