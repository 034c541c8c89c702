// Code of the rows for any table.
#pragma once

#include <string>
#include <vector>

#include "async/async.h"
#include "connector/invocation.h"
#include "connectors/servicenow/query.h"

namespace davit::connectors::servicenow {

Async<json::Value> query_table(connector::Invocation call);
Async<json::Value> get_record(connector::Invocation call);
Async<json::Value> aggregate_table(connector::Invocation call);
Async<json::Value> describe_table(connector::Invocation call);
Async<json::Value> create_table_record(connector::Invocation call);
Async<json::Value> update_table_record(connector::Invocation call);
Async<json::Value> delete_table_record(connector::Invocation call);
Async<json::Value> import_rows(connector::Invocation call);

// The arguments "filters" and "query" as conditions, every field checked. Errors: invalid_input,
// forbidden; and those of Invocation.
Async<> add_conditions(connector::Invocation call, std::string table, Query* query);

// The texts of a list argument, checked as fields of the table.
Async<std::vector<std::string>> checked_fields(
    connector::Invocation call, std::string table, std::string argument
);

}  // namespace davit::connectors::servicenow
