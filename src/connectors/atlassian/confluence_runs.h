// The tools of Confluence that have code of their own.
#pragma once

#include "connector/invocation.h"
#include "json/json.h"

namespace davit::connectors::atlassian {

using connector::Invocation;

Async<json::Value> search_confluence(Invocation call);
Async<json::Value> get_page(Invocation call);
Async<json::Value> get_page_history(Invocation call);

Async<json::Value> create_page(Invocation call);
Async<json::Value> update_page(Invocation call);
Async<json::Value> edit_page(Invocation call);
Async<json::Value> move_page(Invocation call);
Async<json::Value> set_labels(Invocation call);

Async<json::Value> list_page_comments(Invocation call);
Async<json::Value> add_page_comment(Invocation call);
Async<json::Value> resolve_page_comment(Invocation call);

Async<json::Value> get_page_attachment(Invocation call);
Async<json::Value> add_page_attachment(Invocation call);

}  // namespace davit::connectors::atlassian
