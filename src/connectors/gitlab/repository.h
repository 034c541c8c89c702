// The tools of repositories that decide something.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// file.cpp
Async<json::Value> get_file(connector::Invocation call);

// blame.cpp
Async<json::Value> get_blame(connector::Invocation call);

// commits.cpp
Async<json::Value> get_commit(connector::Invocation call);
Async<json::Value> compare_refs(connector::Invocation call);

// commit_files.cpp
Async<json::Value> create_branch(connector::Invocation call);
Async<json::Value> commit_files(connector::Invocation call);

// releases.cpp
Async<json::Value> list_releases(connector::Invocation call);

}  // namespace davit::connectors::gitlab
