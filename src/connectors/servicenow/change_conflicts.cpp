#include <fmt/format.h>

#include "connector/instance.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/changes.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::chrono::seconds kPause{2};
constexpr std::size_t kShownConflicts = 50;
constexpr std::size_t kShownSpans = 5;

// 1 waiting, 2 in progress, 3 complete, 4 in error.
// https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/
// change-management-api.html
constexpr std::int64_t kComplete = 3;
constexpr std::int64_t kFailed = 4;

std::int64_t state_of(const json::Value& answer) {
  if (auto const number = json::find_int(answer, "result.state.value")) return *number;
  auto const text = json::find_string(answer, "result.state.value").value_or("");
  return text == "3" ? kComplete : text == "4" ? kFailed : 0;
}

// Follows a worker until it has ended or the time is over; false when it still runs.
Async<bool> follow_worker(Invocation call, json::Value worker) {
  auto const& collaborators = call.instance().collaborators();
  auto const end = collaborators.clock.steady_now() + std::chrono::seconds(call.integer("wait_s"));
  auto state = state_of(worker);
  while (state != kComplete) {
    if (state == kFailed) {
      auto const* messages = json::find(worker, "result.messages.errorMessages");
      auto const why = messages == nullptr ? std::string() : shown(json::to_text(*messages), 300);
      co_return Error(ErrorKind::conflict, fmt::format("the conflict check failed: {}", why));
    }
    if (collaborators.clock.steady_now() + kPause > end) co_return false;
    DAVIT_CO_CHECK(co_await collaborators.sleep(kPause));
    DAVIT_CO_TRY(
        auto const next,
        co_await call.get("/api/sn_chg_rest/change/worker/{.result.worker.sysId}", worker)
    );
    state = state_of(next);
  }
  co_return true;
}

json::Object conflict(const json::Value& row) {
  json::Object out;
  auto const record = row.is_object() ? json::Object(row.get_object(), {}) : json::Object();
  for (auto const& [name, field] :
       {std::pair{"type", "type"},
        std::pair{"ci", "configuration_item"},
        std::pair{"change", "conflicting_change"},
        std::pair{"schedule", "schedule"},
        std::pair{"impacted_service", "impacted_service"}}) {
    if (auto const label = label_of(record, field); !label.empty()) out[name] = shown(label, 100);
  }
  return out;
}

json::Array planned(const json::Value& answer) {
  json::Array spans;
  auto const* given = json::find_array(answer, "result.spans");
  for (auto const& span : given == nullptr ? json::Array() : *given) {
    if (spans.size() >= kShownSpans) break;
    auto const* start = json::find(span, "start");
    auto const* end = json::find(span, "end");
    if (start == nullptr || end == nullptr) continue;
    spans.push_back(json::Object{{"start", plain_field(*start, 40)}, {"end", plain_field(*end, 40)}}
    );
  }
  return spans;
}

}  // namespace

Async<json::Value> check_change_conflicts(Invocation call) {
  auto is_done = true;
  if (call.flag("run")) {
    DAVIT_CO_TRY(
        auto const worker,
        co_await call.request(http::Method::post, "/api/sn_chg_rest/change/{change}/conflict")
    );
    DAVIT_CO_TRY(is_done, co_await follow_worker(call, worker));
  }
  DAVIT_CO_TRY(auto const found, co_await call.get("/api/sn_chg_rest/change/{change}/conflict"));
  auto const record = record_of(found);
  json::Object out{{"status", shown(label_of(record, "conflict_status"), 60)}};
  if (auto const* at = record.if_contains("conflict_last_run"))
    out["last_run"] = plain_field(*at, 40);
  if (!is_done) {
    out["note"] = "The check still runs; ask again with run=false.";
  }
  json::Array conflicts;
  auto const* rows = json::find_array(found, "result.conflicts");
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    if (conflicts.size() < kShownConflicts) conflicts.push_back(conflict(row));
  }
  out["conflicts"] = std::move(conflicts);
  auto const schedule = co_await call.get("/api/sn_chg_rest/change/{change}/schedule");
  if (schedule) {
    out["windows"] = planned(*schedule);
  } else {
    out["unavailable"] = schedule.error().message();
  }
  co_return out;
}

}  // namespace davit::connectors::servicenow
