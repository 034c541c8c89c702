// Whether a task can take work, and what it has counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "async/async.h"
#include "http/client.h"
#include "targets/local/task.h"
#include "targets/local/version.h"

namespace davit::local {

// Asks the task: 200 of its page, and from davitd the release that we expect, for somebody else may
// listen there. Without a page it is asked MCP's `initialize`, and any answer below 500 will do:
// whether that is right is for the gate to say. Errors: unavailable, with what came instead;
// conflict, when another release answers; timeout; cancelled.
Async<> probe(http::Client* client, Service service, TaskRecord record);

// The JSON-RPC errors that davitd has counted on its page /metrics. Errors: as the client.
Async<std::int64_t> rpc_errors(http::Client* client, std::uint16_t admin_port);

// The sum of a counter's values in Prometheus' text whose labels contain `label`.
std::int64_t sum_of(std::string_view page, std::string_view name, std::string_view label);

}  // namespace davit::local
