// Code of the attachment rows.
#pragma once

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::servicenow {

Async<connector::ApiRequest> list_attachments(connector::Invocation call);
Async<json::Value> get_attachment(connector::Invocation call);
Async<json::Value> upload_attachment(connector::Invocation call);

}  // namespace davit::connectors::servicenow
