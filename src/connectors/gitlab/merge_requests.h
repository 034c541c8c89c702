// The tools of merge requests that decide something.
#pragma once

#include <string_view>

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// overview.cpp
Async<connector::ApiRequest> find_merge_request(connector::Invocation call);
Result<> check_overview(const json::Object& arguments);
void count_unresolved(const json::Object& arguments, json::Object& answer);

// merge_request_diff.cpp
Async<json::Value> get_merge_request_diff(connector::Invocation call);

// merge_request_writes.cpp
Async<json::Value> create_merge_request(connector::Invocation call);
Async<json::Value> merge_merge_request(connector::Invocation call);
// Whether an instance of the version, such as "17.11.2-ee", has the parameter auto_merge.
bool knows_auto_merge(std::string_view version);

// updates.cpp
Async<json::Value> update_merge_request(connector::Invocation call);

// review.cpp
Async<json::Value> submit_review(connector::Invocation call);

// decisions.cpp
Async<json::Value> approve_merge_request(connector::Invocation call);
Async<json::Value> rebase_merge_request(connector::Invocation call);
Async<json::Value> resolve_discussions(connector::Invocation call);

}  // namespace davit::connectors::gitlab
