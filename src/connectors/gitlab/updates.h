// Creating issues, and changing fields of merge requests and issues.
#pragma once

#include <string>
#include <string_view>

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// issue_writes.cpp
Async<json::Value> create_issue(connector::Invocation call);

// updates.cpp
Async<json::Value> update_issue(connector::Invocation call);

// Of the assignees and reviewers that were asked for, those that GitLab did not take, into `out`:
// the Free tier keeps one of each and drops the others without a word.
void tell_dropped_people(
    const connector::Invocation& call, const json::Value& stored, json::Object& out
);

// Of a write that GitLab answered with something else than `what`.
Error unclear_outcome(std::string_view what);

// A title with or without the mark of a draft. "[Draft] x" and "(Draft) x" count, too.
// https://docs.gitlab.com/user/project/merge_requests/drafts/
std::string with_draft_mark(std::string_view title, bool is_draft);

}  // namespace davit::connectors::gitlab
