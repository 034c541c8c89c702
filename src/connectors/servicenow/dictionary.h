// Dictionary: the fields of a table and its parents. Asked before a name goes into a query or a
// write, because ServiceNow leaves out without a word what it does not know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

struct Column {
  std::string name;
  std::string label;
  std::string type;
  std::string reference;  // the table that it refers to
  bool mandatory = false;
  bool read_only = false;
  bool has_choices = false;

  // A date with a time, which is stored in UTC.
  bool is_time() const { return type == "glide_date_time" || type == "due_date"; }
};

struct Dictionary {
  std::vector<std::string> tables;  // the table, then its parents
  std::vector<Column> columns;      // of a name in several tables, that of the nearest
  // The dictionary may not be read: names only, taken from a record.
  bool has_names_only = false;

  const Column* find(std::string_view name) const;
};

// Cached. Errors: not_found for a table without fields; and those of Invocation.
Async<Dictionary> dictionary_of(connector::Invocation call, std::string table);

// Refuses names that are no fields of the table, naming near ones, and fields with secrets. Walks
// through references are followed. Errors: invalid_input, forbidden; and those of Invocation.
Async<> check_fields(
    connector::Invocation call,
    std::string table,
    std::string argument,
    std::vector<std::string> fields
);

// The same for one field: the column that it, or the walk, ends at.
Async<Column> checked_column(
    connector::Invocation call, std::string table, std::string argument, std::string field
);

// Checked, and ready to be put into a query of the table. Errors: as parse_query and check_fields.
Async<std::string> checked_query(connector::Invocation call, std::string table, std::string text);

}  // namespace davit::connectors::servicenow
