// The tools of repositories that decide something.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::gitlab {

// file.cpp
Async<json::Value> get_file(connector::Invocation call);

}  // namespace davit::connectors::gitlab
