#include <fmt/format.h>

#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/dynatrace/advice.h"
#include "connectors/dynatrace/dql.h"
#include "connectors/dynatrace/grail.h"
#include "connectors/dynatrace/place.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Invocation;
using connector::Projection;

constexpr std::int64_t kMaxRecords = 1000;

json::Value shown(const DqlState& state, std::int64_t max_records) {
  if (state.token.empty()) return show_result(state.body, max_records);
  if (state.trouble) {
    return json::Object{
        {"state", "UNKNOWN"},
        {"trouble", state.trouble->message()},
        {"request_token", state.token},
        {"next", "dynatrace_get_dql_result asks for the result; running it again costs again"},
    };
  }
  return json::Object{
      {"state", "RUNNING"},
      {"progress", json::find_int(state.body, "progress").value_or(0)},
      {"request_token", state.token},
      {"next", "dynatrace_get_dql_result waits further; the query ends if nobody asks for 2 min"},
  };
}

// One finding of the parser, with its place.
json::Object finding(std::string_view query, const json::Value& notification) {
  static Projection const kKeep(
      "severity type=notificationType message~300 line=syntaxPosition.start.line "
      "column=syntaxPosition.start.column"
  );
  auto out = kKeep.apply(notification, {}).get_object();
  auto const line = json::find_int(notification, "syntaxPosition.start.line").value_or(0);
  auto const column = json::find_int(notification, "syntaxPosition.start.column").value_or(0);
  if (auto caret = caret_under(query, line, column); !caret.empty()) out["at"] = caret;
  return out;
}

}  // namespace

Async<json::Value> execute_dql(Invocation call) {
  DqlQuery query{
      .text = std::string(call.text("query")),
      .from = std::string(call.text("from")),
      .to = std::string(call.text("to")),
      .max_records = call.integer("max_records"),
      .scan_limit_gb = call.number("scan_limit_gb"),
      .sampling = call.number("sampling"),
      .limit = std::chrono::seconds(call.integer("timeout_s")),
  };
  for (auto const id : call.list("segments")) query.segments.emplace_back(id);
  auto const max_records = query.max_records;
  DAVIT_CO_TRY(auto const state, co_await run_query(call, std::move(query)));
  co_return shown(state, max_records);
}

Async<json::Value> get_dql_result(Invocation call) {
  DAVIT_CO_CHECK(require_platform(call, "DQL"));
  std::string const token(call.text("request_token"));
  if (call.text("action") == "cancel") {
    DAVIT_CO_TRY(auto const had_ended, co_await cancel_query(call, token));
    co_return json::Object{{"cancelled", !had_ended}};
  }
  std::chrono::seconds const limit(call.integer("wait_s"));
  DAVIT_CO_TRY(auto const state, co_await wait_for_query(call, token, limit));
  co_return shown(state, kMaxRecords + 1);
}

Async<json::Value> verify_dql(Invocation call) {
  DAVIT_CO_CHECK(require_platform(call, "DQL"));
  std::string const query(call.text("query"));
  auto request = connector::make_request(
      http::Method::post, "grail:/query:verify", json::Object{{"query", query}}
  );
  request.is_repeatable = true;
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  auto const is_valid = json::find_bool(page.body, "valid").value_or(false);
  json::Object out{{"valid", is_valid}};
  json::Array findings;
  if (auto const* all = json::find_array(page.body, "notifications")) {
    for (auto const& notification : *all) findings.push_back(finding(query, notification));
  }
  if (!findings.empty()) out["findings"] = std::move(findings);
  if (auto const hint = dql_hint(query); !is_valid && !hint.empty()) out["hint"] = hint;
  co_return out;
}

Async<json::Value> generate_dql(Invocation call) {
  DAVIT_CO_CHECK(require_platform(call, "Davis CoPilot"));
  auto request = connector::make_request(
      http::Method::post,
      "plat:/davis/copilot/v1/skills/nl2dql:generate",
      json::Object{{"text", call.text("text")}}
  );
  request.is_repeatable = true;
  DAVIT_CO_TRY(auto const page, co_await call.send(std::move(request)));
  static Projection const kKeep("dql status caveats=metadata.notifications.message~300");
  co_return kKeep.apply(page.body, {});
}

}  // namespace davit::connectors::dynatrace
