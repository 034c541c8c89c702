// The tools of merge requests that decide something.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// merge_request_diff.cpp
Async<json::Value> get_merge_request_diff(connector::Invocation call);

// merge_request_writes.cpp
Async<json::Value> create_merge_request(connector::Invocation call);
Async<json::Value> merge_merge_request(connector::Invocation call);

}  // namespace davit::connectors::gitlab
