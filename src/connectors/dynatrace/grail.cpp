#include "connectors/dynatrace/grail.h"

#include <algorithm>

#include <fmt/format.h>

#include "async/cancellation.h"
#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/dynatrace/place.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::ApiRequest;
using connector::Invocation;
using std::chrono::milliseconds;
using std::chrono::seconds;

// How long a request for the result is held, and the first one, which must bring the token soon:
// without it a query cannot be cancelled.
constexpr milliseconds kHold{5000};
constexpr milliseconds kFirstHold{1000};
// A server that does not hold the request is not asked more often than this.
constexpr milliseconds kLeastPause{1000};
// When nobody asks for so long the backend ends the query by itself: the net for clients that have
// gone. Long enough for a model to come back with the token.
constexpr int kPromiseSeconds = 120;
constexpr seconds kCancelTime{3};

json::Value execute_body(const DqlQuery& query, std::chrono::system_clock::time_point now) {
  json::Object body{
      {"query", query.text},
      {"maxResultRecords", query.max_records},
      {"requestTimeoutMilliseconds", kFirstHold.count()},
      {"pollingPromiseSeconds", kPromiseSeconds},
      {"defaultScanLimitGbytes", query.scan_limit_gb},
      {"enforceQueryConsumptionLimit", true},
      {"includeTypes", false},
  };
  if (!query.from.empty()) {
    // Both or neither.
    auto const end = std::chrono::floor<seconds>(now);
    body["defaultTimeframeStart"] = query.from;
    body["defaultTimeframeEnd"] = query.to.empty() ? connector::to_rfc3339(end) : query.to;
  }
  if (query.sampling > 0) body["defaultSamplingRatio"] = query.sampling;
  if (!query.segments.empty()) {
    json::Array segments;
    for (auto const& id : query.segments) segments.push_back(json::Object{{"id", id}});
    body["filterSegments"] = std::move(segments);
  }
  return body;
}

bool runs(const json::Value& body) {
  auto const state = json::find_string(body, "state").value_or("");
  return state == "RUNNING" || state == "NOT_STARTED";
}

Result<> check_state(const json::Value& body) {
  auto const state = json::find_string(body, "state").value_or("");
  if (state == "SUCCEEDED") return {};
  if (state == "RESULT_GONE") {
    return Error(ErrorKind::not_found, "the result is gone; run the query again");
  }
  if (state == "CANCELLED") return Error(ErrorKind::conflict, "the query was cancelled");
  if (state == "FAILED") {
    return Error(
        ErrorKind::unavailable,
        "the query failed in Grail; dynatrace_verify_dql checks its text, and a smaller time frame "
        "may help"
    );
  }
  return Error(ErrorKind::protocol, "Grail answered without a state that is known");
}

bool may_pass(ErrorKind kind) {
  return kind == ErrorKind::unavailable || kind == ErrorKind::timeout ||
         kind == ErrorKind::rate_limited;
}

void show_progress(const Invocation& call, const json::Value& body) {
  auto const done = json::find_int(body, "progress").value_or(0);
  call.context().progress(static_cast<double>(done), 100.0, "running the query");
}

Async<DqlState> poll(Invocation call, std::string token, milliseconds limit) {
  auto const& clock = call.instance().collaborators().clock;
  auto const end = clock.steady_now() + limit;
  json::Value last;
  for (;;) {
    auto const begin = clock.steady_now();
    if (begin >= end) co_return DqlState{.body = last, .token = token};
    auto const left = std::chrono::ceil<milliseconds>(end - begin);
    json::Value const given =
        json::Object{{"token", token}, {"hold", std::min(left, kHold).count()}};
    DAVIT_CO_TRY(
        auto body,
        co_await call.get(
            "grail:/query:poll?request-token={.token}&request-timeout-milliseconds={.hold}", given
        )
    );
    if (!runs(body)) {
      DAVIT_CO_CHECK(check_state(body));
      co_return DqlState{.body = std::move(body)};
    }
    show_progress(call, body);
    if (clock.steady_now() - begin < kLeastPause) {
      DAVIT_CO_CHECK(co_await call.instance().collaborators().sleep(kLeastPause));
    }
    last = json::Object{{"progress", json::find_int(body, "progress").value_or(0)}};
  }
}

// The one request that is still owed after a call was cancelled.
Async<> cancel_after_all(Invocation call, std::string token) {
  auto ended = cancel_query(call, std::move(token));
  auto const outcome = co_await despite_cancellation(std::move(ended), kCancelTime);
  if (!outcome) {
    auto const& text = outcome.error().message();
    call.context().logger().warn("a query may still run", {{"error", text}});
  }
  co_return Result<>();
}

}  // namespace

Async<DqlState> wait_for_query(Invocation call, std::string token, seconds limit) {
  auto state = co_await poll(call, token, limit);
  if (!state && state.error().kind() == ErrorKind::cancelled) {
    DAVIT_CO_CHECK(co_await cancel_after_all(call, token));
  }
  co_return state;
}

Async<DqlState> run_query(Invocation call, DqlQuery query) {
  DAVIT_CO_CHECK(require_platform(call, "DQL"));
  auto const& clock = call.instance().collaborators().clock;
  auto request = connector::make_request(
      http::Method::post, "grail:/query:execute", execute_body(query, clock.now())
  );
  request.is_repeatable = true;  // it only reads
  DAVIT_CO_TRY(auto page, co_await call.send(std::move(request)));
  if (!runs(page.body)) {
    DAVIT_CO_CHECK(check_state(page.body));
    co_return DqlState{.body = std::move(page.body)};
  }
  std::string const token(json::find_string(page.body, "requestToken").value_or(""));
  if (token.empty()) co_return Error(ErrorKind::protocol, "Grail answered without a token");
  show_progress(call, page.body);
  auto state = co_await wait_for_query(call, token, query.limit);
  if (!state && may_pass(state.error().kind())) {
    co_return DqlState{.token = token, .trouble = state.error()};
  }
  co_return state;
}

// 202 has no body; 200 has the result of a query that had just ended.
Async<bool> cancel_query(Invocation call, std::string token) {
  json::Value const given = json::Object{{"token", token}};
  DAVIT_CO_TRY(
      auto const body,
      co_await call.request(
          http::Method::post, "grail:/query:cancel?request-token={.token}", {}, given
      )
  );
  co_return json::find_string(body, "state") == "SUCCEEDED";
}

Async<json::Value> query_records(Invocation call, DqlQuery query) {
  DAVIT_CO_TRY(auto state, co_await run_query(call, std::move(query)));
  if (state.token.empty()) co_return std::move(state.body);
  auto const cancelled = co_await cancel_query(call, state.token);
  if (!cancelled && cancelled.error().kind() == ErrorKind::cancelled) co_return cancelled.error();
  if (state.trouble) co_return *std::move(state.trouble);
  co_return Error(
      ErrorKind::timeout,
      "the query took too long and was cancelled; ask for a shorter time or filter more"
  );
}

}  // namespace davit::connectors::dynatrace
