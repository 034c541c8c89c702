// Grail: runs DQL. The server holds each request for some seconds, so nothing sleeps here; a query
// that takes longer than its caller wants to wait goes on, and can be asked for by its token.
// https://docs.dynatrace.com/docs/discover-dynatrace/platform/grail/dynatrace-query-language
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

struct DqlQuery {
  std::string text;
  std::string from;  // where the text names no time; empty with `to` takes Dynatrace's default
  std::string to;    // empty is now
  std::int64_t max_records = 100;
  double scan_limit_gb = 100;  // always sent: what is scanned costs money
  double sampling = 0;         // 0 sends none
  std::vector<std::string> segments;
  std::chrono::seconds limit{60};
};

// A query that has ended or still runs.
struct DqlState {
  json::Value body;              // as Grail answered last
  std::string token;             // of a query that still runs, empty otherwise
  std::optional<Error> trouble;  // why it is not known whether it still runs
};

// Starts a query and waits for its end at most `query.limit`, with progress for the client. When
// Grail cannot be asked meanwhile the token comes with `trouble`, for the scan is paid already. A
// cancelled call cancels its query. Errors: forbidden without a platform; what Grail says;
// not_found when the result was dropped; conflict when somebody cancelled the query.
Async<DqlState> run_query(connector::Invocation call, DqlQuery query);

// Goes on waiting.
Async<DqlState> wait_for_query(
    connector::Invocation call, std::string token, std::chrono::seconds limit
);

// Ends a query; true when it had ended already.
Async<bool> cancel_query(connector::Invocation call, std::string token);

// Of a query that must end within its limit. Errors: also timeout, with the query cancelled.
Async<json::Value> query_records(connector::Invocation call, DqlQuery query);

// The records of a finished query; empty when there are none.
const json::Array& records_of(const json::Value& body);

// What a reader must know about a result: notifications, sampling, limits.
json::Array warnings_of(const json::Value& body, std::int64_t max_records);

// "scanned_gb", "timeframe" and "warnings" of a finished query, into `out`.
void describe_query(const json::Value& body, std::int64_t max_records, json::Object& out);

// As the model gets it: without colours of terminals and what cannot be seen, long texts cut, times
// to the millisecond.
json::Value clean_value(const json::Value& value);

// "2026-11-21T11:59:00.123Z" of a time with nanoseconds; any other text as it is.
std::string short_time(std::string_view time);

// A whole result: records, or columns and rows when there are many, and once what is the same in
// all of them; cleaned.
json::Object show_result(const json::Value& body, std::int64_t max_records);

}  // namespace davit::connectors::dynatrace
