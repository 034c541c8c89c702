#include <algorithm>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/problems.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::ApiRequest;
using connector::Invocation;

constexpr std::size_t kShownNames = 5;
// The API refuses longer texts.
constexpr std::size_t kTextBytes = 30;

// Raw Unix times become points in time, and how long it took, for what has ended.
void show_times(json::Object& problem) {
  json::Value const value(problem);
  auto const start = json::find_int(value, "start").value_or(-1);
  auto const end = json::find_int(value, "end").value_or(-1);
  for (auto const name : {"start", "end"}) {
    auto const* raw = problem.if_contains(name);
    auto const time = raw == nullptr ? std::nullopt : connector::to_point_in_time(*raw);
    if (time) {
      problem[name] = *time;
    } else {
      problem.stable_erase(name);
    }
  }
  if (start >= 0 && end >= start) problem["duration_s"] = (end - start) / 1000;
}

// The first names, and how many there are.
void count_names(json::Object& problem) {
  auto* affected = problem.if_contains("affected");
  if (affected == nullptr || !affected->is_array()) return;
  auto& names = affected->get_array();
  auto const count = names.size();
  if (count <= kShownNames) return;
  names.resize(kShownNames);
  problem["affected_count"] = count;
}

}  // namespace

bool is_problem_id(std::string_view text) {
  return text.find('_') != text.npos && text.ends_with("V2");
}

Async<ApiRequest> make_problem_list(Invocation call) {
  auto const status = std::string(call.text("status"));
  if (call.text("text").size() > kTextBytes) {
    co_return Error(ErrorKind::invalid_input, "text must have at most 30 bytes");
  }
  auto const severity = call.list("severity");
  auto const impact = call.list("impact");
  auto const entities = call.list("entities");
  auto const tags = call.list("tags");
  std::vector<std::string> const criteria{
      status == "all" ? std::string() : criterion("status", status),
      criterion("severityLevel", severity),
      criterion("impactLevel", impact),
      criterion("affectedEntities", entities),
      criterion("entityTags", tags),
      criterion("managementZones", call.text("management_zone")),
      criterion("text", call.text("text")),
      std::string(call.text("problem_selector")),
  };
  auto const selector = all_of(criteria);
  auto& arguments = call.arguments();
  if (!selector.empty()) arguments["problem_selector"] = selector;
  if (!call.has("from")) arguments["from"] = status == "open" ? "now-2h" : "now-3d";
  co_return connector::build_request(call.tool(), arguments);
}

void finish_problems(const json::Object& /*arguments*/, json::Object& answer) {
  for (auto& item : answer["items"].get_array()) {
    show_times(item.get_object());
    // Start and end say it, and a page of rows has 6 KB.
    item.get_object().stable_erase("duration_s");
    count_names(item.get_object());
  }
}

void finish_problem(const json::Object& arguments, json::Object& answer) {
  show_times(answer);
  auto const wanted = connector::list_of(arguments, "include");
  for (std::string_view const name : {"evidence", "impact", "comments"}) {
    if (std::ranges::find(wanted, name) == wanted.end()) answer.stable_erase(name);
  }
}

Async<json::Value> add_problem_comment(Invocation call) {
  DAVIT_CO_CHECK(co_await call.perform());
  co_return json::Object{{"problem", call.text("problem")}, {"added", true}};
}

// 204 means that it was closed before.
Async<json::Value> close_problem(Invocation call) {
  DAVIT_CO_TRY(auto const answer, co_await call.perform());
  json::Object out{{"problem", call.text("problem")}};
  if (answer.is_null()) {
    out["already_closed"] = true;
    co_return out;
  }
  out["closing"] = json::find_bool(answer, "closing").value_or(true);
  auto const* time = json::find(answer, "closeTimestamp");
  auto const closed = time == nullptr ? std::nullopt : connector::to_point_in_time(*time);
  if (closed) out["closed"] = *closed;
  co_return out;
}

}  // namespace davit::connectors::dynatrace
