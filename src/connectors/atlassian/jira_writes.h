// The functions behind the rows of jira_draft_tools.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::atlassian {

Async<json::Value> create_issue(connector::Invocation call);
Async<json::Value> create_issues(connector::Invocation call);
Async<json::Value> update_issue(connector::Invocation call);

}  // namespace davit::connectors::atlassian
