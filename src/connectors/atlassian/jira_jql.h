// JQL: values of ours in it, and what of a caller's would be refused.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::connectors::atlassian {

// One JQL string, whatever `value` holds: reserved words, quotes, backslashes, line breaks.
// https://support.atlassian.com/jira-software-cloud/docs/search-for-issues-using-the-text-field/
std::string quote_jql(std::string_view value);

// Jira answers only JQL with a restriction, and with at most seven fields behind ORDER BY.
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post
// Errors: invalid_input, which says what to add.
Result<> check_jql(std::string_view jql);

}  // namespace davit::connectors::atlassian
