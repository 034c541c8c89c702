// Code of the knowledge rows.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

// The Knowledge API is a plugin; without it, and for what is not published, the table is read.
Async<json::Value> search_knowledge(connector::Invocation call);
Async<json::Value> get_knowledge_article(connector::Invocation call);

}  // namespace davit::connectors::servicenow
