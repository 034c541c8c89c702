// Rows of issues, as lists of them are shown.
#pragma once

#include <vector>

#include "connector/invocation.h"
#include "connectors/atlassian/jira_values.h"

namespace davit::connectors::atlassian {

// The columns that `fields` asks for; the usual ones without it.
Async<std::vector<Column>> choose_columns(connector::Invocation call);

json::Array ids_of(const std::vector<Column>& columns);
std::string joined_ids(const std::vector<Column>& columns);

json::Array rows_of_issues(const json::Value& body, const std::vector<Column>& columns);

}  // namespace davit::connectors::atlassian
