// The tools about where one is and what is to do, as far as they decide something.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// my_work.cpp
Async<json::Value> list_my_work(connector::Invocation call);

// metadata.cpp
Async<connector::ApiRequest> list_metadata(connector::Invocation call);
Result<> check_metadata(const json::Object& arguments);
void name_roles(const json::Object& arguments, json::Object& answer);

// search_code.cpp
Async<connector::ApiRequest> search_code(connector::Invocation call);
Result<> check_code_search(const json::Object& arguments);
void group_by_file(const json::Object& arguments, json::Object& answer);

}  // namespace davit::connectors::gitlab
