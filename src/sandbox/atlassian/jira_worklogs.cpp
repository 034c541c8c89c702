#include <algorithm>

#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/durations.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

http::Response list_worklogs(Store& store, Call& call) {
  auto const* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  json::Array rows;
  for (auto const& worklog : issue->worklogs) rows.push_back(worklog_json(store, *issue, worklog));
  return offset_page(
      call,
      std::move(rows),
      {.rows = "worklogs", .limit = 5000, .fallback = 5000, .has_links = false}
  );
}

// "2026-11-21T09:30:00.000+0000": milliseconds and a zone without colon are a must.
std::optional<Time> parse_started(std::string_view text) {
  if (text.size() != 28 || text[19] != '.' || text.find(':', 23) != text.npos) return std::nullopt;
  return parse_time(text);
}

// What "adjustEstimate" leaves of the remaining estimate; what is wrong, or "".
std::string adjust(Issue& issue, const Call& call, std::int64_t seconds) {
  auto const how = call.text("adjustEstimate").value_or("auto");
  if (how == "new") {
    issue.remaining = parse_duration(call.text("newEstimate").value_or(""));
    return issue.remaining ? "" : "You must supply a valid new estimate.";
  }
  auto reduce = std::optional(how == "leave" ? 0 : seconds);
  if (how == "manual") reduce = parse_duration(call.text("reduceBy").value_or(""));
  if (!reduce) return "You must supply a valid amount of time to adjust the estimate by.";
  if (issue.remaining) issue.remaining = std::max<std::int64_t>(0, *issue.remaining - *reduce);
  return "";
}

http::Response add_worklog(Store& store, Call& call) {
  auto* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  auto seconds = json::find_int(call.body, "timeSpentSeconds");
  if (auto const text = json::find_string(call.body, "timeSpent")) seconds = parse_duration(*text);
  if (!seconds || *seconds < 60) {
    return field_errors({{"timeLogged", "You must indicate the time spent working."}});
  }
  auto started = std::optional(store.now);
  if (auto const text = json::find_string(call.body, "started")) started = parse_started(*text);
  if (!started) {
    return error(400, "Invalid date format. Please use yyyy-MM-dd'T'HH:mm:ss.SSSZ");
  }
  auto const* comment = json::find(call.body, "comment");
  if (comment != nullptr && !adf::is_valid(*comment)) {
    return field_errors({{"comment", "Comment body is not valid!"}});
  }
  auto const wrong = adjust(*issue, call, *seconds);
  if (!wrong.empty()) return field_errors({{"adjustEstimate", wrong}});
  issue->worklogs.push_back(
      {.id = store.next_id(),
       .author = std::string(kCallerId),
       .comment = comment == nullptr ? json::Value() : *comment,
       .started = *started,
       .created = store.now,
       .seconds = *seconds}
  );
  store.log(*issue, {});
  return json_answer(worklog_json(store, *issue, issue->worklogs.back()), 201);
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/issue/:key/worklog", list_worklogs},
    {http::Method::post, "/rest/api/3/issue/:key/worklog", add_worklog},
};

}  // namespace

Routes worklog_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian
