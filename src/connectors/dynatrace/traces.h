// The code behind the rows about traces.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

Async<json::Value> search_spans(connector::Invocation call);
Async<json::Value> get_trace(connector::Invocation call);

// The spans of a trace in the order of its tree, each with its depth. Spans whose parent is missing
// are roots.
json::Array in_tree_order(const json::Array& spans);

// A length of time of Grail, in nanoseconds as a number or as text, in milliseconds.
double to_milliseconds(const json::Value& duration);

}  // namespace davit::connectors::dynatrace
