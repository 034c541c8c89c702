#include <fmt/format.h>

#include "sandbox/atlassian/durations.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/field_access.h"

namespace davit::sandbox::atlassian::access {
namespace {

json::Value date_or_null(const std::string& date) {
  return date.empty() ? json::Value(nullptr) : json::Value(json::String(date));
}

template <class Records>
json::Array by_ids(
    const Store& store,
    const std::vector<int>& ids,
    const Records& records,
    json::Object (*write)(const Store&, const typename Records::value_type&)
) {
  json::Array out;
  for (auto const id : ids) {
    for (auto const& one : records) {
      if (one.id == id) out.push_back(write(store, one));
    }
  }
  return out;
}

}  // namespace

json::Value summary(const Store&, const Issue& issue) { return json::String(issue.summary); }
json::Value description(const Store&, const Issue& issue) { return issue.description; }
json::Value environment(const Store&, const Issue& issue) { return issue.environment; }
json::Value project(const Store& store, const Issue& issue) {
  return project_json(store, store.project(issue.project));
}
json::Value type(const Store& store, const Issue& issue) { return type_json(store, issue.type); }
json::Value status(const Store& store, const Issue& issue) {
  return status_json(store, issue.status);
}
json::Value priority(const Store& store, const Issue& issue) {
  return priority_json(store, issue.priority);
}
json::Value resolution(const Store& store, const Issue& issue) {
  return resolution_json(store, issue.resolution);
}
json::Value assignee(const Store& store, const Issue& issue) {
  return user_json(store, issue.assignee);
}
json::Value reporter(const Store& store, const Issue& issue) {
  return user_json(store, issue.reporter);
}
json::Value creator(const Store& store, const Issue& issue) {
  return user_json(store, issue.creator);
}
json::Value labels(const Store&, const Issue& issue) {
  return json::Array(issue.labels.begin(), issue.labels.end());
}
json::Value components(const Store& store, const Issue& issue) {
  return by_ids(store, issue.components, store.components, component_json);
}
json::Value fix_versions(const Store& store, const Issue& issue) {
  return by_ids(store, issue.fix_versions, store.versions, version_json);
}
json::Value versions(const Store& store, const Issue& issue) {
  return by_ids(store, issue.affects_versions, store.versions, version_json);
}
json::Value parent(const Store& store, const Issue& issue) {
  auto const* found = store.issue(issue.parent);
  return found == nullptr ? json::Value(nullptr) : json::Value(brief_json(store, *found));
}
json::Value subtasks(const Store& store, const Issue& issue) {
  json::Array out;
  for (auto const& [id, one] : store.issues) {
    if (one.parent == issue.id && one.type == kSubtask) out.push_back(brief_json(store, one));
  }
  return out;
}
json::Value links(const Store& store, const Issue& issue) {
  json::Array out;
  for (auto const& link : store.links) {
    if (link.from == issue.id || link.to == issue.id) {
      out.push_back(link_json(store, link, issue.id));
    }
  }
  return out;
}
json::Value sprint(const Store& store, const Issue& issue) {
  if (issue.sprints.empty()) return nullptr;
  json::Array out;
  for (auto const id : issue.sprints) {
    if (auto const* one = store.sprint(id)) out.push_back(sprint_json(*one));
  }
  return out;
}
json::Value points(const Store&, const Issue& issue) {
  return issue.points ? json::Value(*issue.points) : json::Value(nullptr);
}
json::Value rank(const Store&, const Issue& issue) {
  return json::String(fmt::format("0|i{:05}:", issue.rank));
}
json::Value due_date(const Store&, const Issue& issue) { return date_or_null(issue.due_date); }
json::Value created(const Store&, const Issue& issue) {
  return json::String(jira_time(issue.created));
}
json::Value updated(const Store&, const Issue& issue) {
  return json::String(jira_time(issue.updated));
}
json::Value resolved(const Store&, const Issue& issue) {
  if (!issue.resolved) return nullptr;
  return json::String(jira_time(*issue.resolved));
}

json::Value time_tracking(const Store&, const Issue& issue) {
  json::Object out;
  auto const add = [&](std::string_view name, std::int64_t seconds) {
    out[name] = duration_text(seconds);
    out[fmt::format("{}Seconds", name)] = seconds;
  };
  if (issue.estimate) add("originalEstimate", *issue.estimate);
  if (issue.remaining) add("remainingEstimate", *issue.remaining);
  std::int64_t spent = 0;
  for (auto const& worklog : issue.worklogs) spent += worklog.seconds;
  if (spent > 0) add("timeSpent", spent);
  return out;
}

// As a field of an issue it holds no more than 20. Known of Jira Cloud.
json::Value worklogs(const Store& store, const Issue& issue) {
  json::Array rows;
  for (auto const& worklog : issue.worklogs) {
    if (rows.size() < 20) rows.push_back(worklog_json(store, issue, worklog));
  }
  return json::Object{
      {"startAt", 0},
      {"maxResults", 20},
      {"total", issue.worklogs.size()},
      {"worklogs", std::move(rows)}
  };
}

json::Value comments(const Store& store, const Issue& issue) {
  json::Array rows;
  for (auto const& comment : issue.comments) {
    if (rows.size() < 100) rows.push_back(comment_json(store, issue, comment));
  }
  return json::Object{
      {"comments", std::move(rows)},
      {"self", fmt::format("{}/rest/api/3/issue/{}/comment", store.site, issue.id)},
      {"maxResults", issue.comments.size()},
      {"total", issue.comments.size()},
      {"startAt", 0}
  };
}

json::Value attachments(const Store& store, const Issue& issue) {
  json::Array out;
  for (auto const& one : issue.attachments) out.push_back(attachment_json(store, one));
  return out;
}

}  // namespace davit::sandbox::atlassian::access
