// Code of the catalog rows.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

// The API pages with an offset and says no total: a full page may have a next.
Async<json::Value> search_catalog(connector::Invocation call);
// Orders an item, or submits a record producer.
Async<json::Value> order_catalog_item(connector::Invocation call);

}  // namespace davit::connectors::servicenow
