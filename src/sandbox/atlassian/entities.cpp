#include "sandbox/atlassian/entities.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/durations.h"

namespace davit::sandbox::atlassian {
namespace {

std::string self_of(const Store& store, std::string_view what, std::string_view id) {
  return fmt::format("{}/rest/api/3/{}/{}", store.site, what, id);
}
std::string self_of(const Store& store, std::string_view what, int id) {
  return self_of(store, what, fmt::format("{}", id));
}
std::string id_text(int id) { return fmt::format("{}", id); }

json::Object avatars(const Store& store, std::string_view file) {
  json::Object urls;
  for (auto const* size : {"48x48", "24x24", "16x16", "32x32"}) {
    urls[size] = fmt::format("{}/secure/avatar/{}?size={}", store.site, file, size);
  }
  return urls;
}

void add_time(json::Object& out, std::string_view name, const std::optional<Time>& time) {
  if (time) out[name] = to_text(*time);
}

json::Value named_json(const Store& store, std::string_view what, const Named* named) {
  if (named == nullptr) return nullptr;
  return json::Object{
      {"self", self_of(store, what, named->id)},
      {"iconUrl", fmt::format("{}/images/icons/{}.svg", store.site, named->id)},
      {"name", named->name},
      {"id", id_text(named->id)}
  };
}

}  // namespace

json::Value user_json(const Store& store, std::string_view account_id) {
  auto const* person = store.person(account_id);
  if (person == nullptr) return nullptr;
  json::Object out{
      {"self", fmt::format("{}/rest/api/3/user?accountId={}", store.site, account_id)},
      {"accountId", account_id},
      {"avatarUrls", avatars(store, account_id)},
      {"displayName", person->name},
      {"active", person->is_active},
      {"timeZone", "Europe/Berlin"},
      {"accountType", person->account_type}
  };
  if (!person->email.empty()) out["emailAddress"] = person->email;
  return out;
}

json::Value type_json(const Store& store, int id) {
  auto const* type = find_in(kIssueTypes, id);
  if (type == nullptr) return nullptr;
  return json::Object{
      {"self", self_of(store, "issuetype", id)},
      {"id", id_text(id)},
      {"description", type->description},
      {"iconUrl", fmt::format("{}/images/icons/issuetypes/{}.svg", store.site, id)},
      {"name", type->name},
      {"subtask", type->level < 0},
      {"hierarchyLevel", type->level}
  };
}

json::Value status_json(const Store& store, int id) {
  auto const* status = find_in(kStatuses, id);
  if (status == nullptr) return nullptr;
  auto const& category = status->category;
  return json::Object{
      {"self", self_of(store, "status", id)},
      {"description", ""},
      {"iconUrl", fmt::format("{}/images/icons/statuses/generic.png", store.site)},
      {"name", status->name},
      {"id", id_text(id)},
      {"statusCategory",
       json::Object{
           {"self", self_of(store, "statuscategory", category.id)},
           {"id", category.id},
           {"key", category.key},
           {"colorName", category.color},
           {"name", category.name}
       }}
  };
}

json::Value priority_json(const Store& store, int id) {
  return named_json(store, "priority", find_in(kPriorities, id));
}

json::Value resolution_json(const Store& store, int id) {
  auto const* found = find_in(kResolutions, id);
  if (found == nullptr) return nullptr;
  return json::Object{
      {"self", self_of(store, "resolution", id)},
      {"id", id_text(id)},
      {"description", ""},
      {"name", found->name}
  };
}

json::Object project_json(const Store& store, const Project& project) {
  return {
      {"self", self_of(store, "project", project.id)},
      {"id", id_text(project.id)},
      {"key", project.key},
      {"name", project.name},
      {"projectTypeKey", "software"},
      {"simplified", false},
      {"avatarUrls", avatars(store, project.key)}
  };
}

json::Object version_json(const Store& store, const Version& version) {
  json::Object out{
      {"self", self_of(store, "version", version.id)},
      {"id", id_text(version.id)},
      {"description", version.description},
      {"name", version.name},
      {"archived", false},
      {"released", version.is_released},
      {"projectId", version.project}
  };
  if (!version.release_date.empty()) out["releaseDate"] = version.release_date;
  return out;
}

json::Object component_json(const Store& store, const Component& component) {
  return {
      {"self", self_of(store, "component", component.id)},
      {"id", id_text(component.id)},
      {"name", component.name},
  };
}

json::Object link_type_json(const Store& store, const LinkType& type) {
  return {
      {"id", id_text(type.id)},
      {"name", type.name},
      {"inward", type.inward},
      {"outward", type.outward},
      {"self", self_of(store, "issueLinkType", type.id)}
  };
}

json::Object brief_json(const Store& store, const Issue& issue) {
  return {
      {"id", id_text(issue.id)},
      {"key", issue.key},
      {"self", self_of(store, "issue", issue.id)},
      {"fields",
       json::Object{
           {"summary", issue.summary},
           {"status", status_json(store, issue.status)},
           {"priority", priority_json(store, issue.priority)},
           {"issuetype", type_json(store, issue.type)}
       }}
  };
}

json::Object link_json(const Store& store, const IssueLink& link, int seen_from) {
  auto const is_out = link.from == seen_from;
  json::Object out{
      {"id", id_text(link.id)},
      {"self", self_of(store, "issueLink", link.id)},
      {"type", link_type_json(store, *find_in(kLinkTypes, link.type))}
  };
  auto const* other = store.issue(is_out ? link.to : link.from);
  if (other != nullptr) out[is_out ? "outwardIssue" : "inwardIssue"] = brief_json(store, *other);
  return out;
}

json::Object comment_json(const Store& store, const Issue& issue, const Comment& comment) {
  json::Object out{
      {"self", fmt::format("{}/rest/api/3/issue/{}/comment/{}", store.site, issue.id, comment.id)},
      {"id", id_text(comment.id)},
      {"author", user_json(store, comment.author)},
      {"body", comment.body},
      {"updateAuthor", user_json(store, comment.author)},
      {"created", jira_time(comment.created)},
      {"updated", jira_time(comment.updated)},
      {"jsdPublic", true}
  };
  if (!comment.visibility.is_null()) out["visibility"] = comment.visibility;
  return out;
}

json::Object worklog_json(const Store& store, const Issue& issue, const Worklog& worklog) {
  json::Object out{
      {"self", fmt::format("{}/rest/api/3/issue/{}/worklog/{}", store.site, issue.id, worklog.id)},
      {"author", user_json(store, worklog.author)},
      {"updateAuthor", user_json(store, worklog.author)},
      {"created", jira_time(worklog.created)},
      {"updated", jira_time(worklog.created)},
      {"started", jira_time(worklog.started)},
      {"timeSpent", duration_text(worklog.seconds)},
      {"timeSpentSeconds", worklog.seconds},
      {"id", id_text(worklog.id)},
      {"issueId", id_text(issue.id)}
  };
  if (!worklog.comment.is_null()) out["comment"] = worklog.comment;
  return out;
}

json::Object attachment_json(const Store& store, const Attachment& attachment) {
  return {
      {"self", self_of(store, "attachment", attachment.id)},
      {"id", id_text(attachment.id)},
      {"filename", attachment.filename},
      {"author", user_json(store, attachment.author)},
      {"created", jira_time(attachment.created)},
      {"size", attachment.content.size()},
      {"mimeType", attachment.type},
      {"content", self_of(store, "attachment/content", attachment.id)}
  };
}

json::Object change_json(const Store& store, const Change& change) {
  json::Array items;
  auto const or_null = [](const std::string& text) {
    return text.empty() ? json::Value(nullptr) : json::Value(json::String(text));
  };
  for (auto const& item : change.items) {
    items.push_back(json::Object{
        {"field", item.field},
        {"fieldtype", item.field_id.starts_with("customfield_") ? "custom" : "jira"},
        {"fieldId", item.field_id},
        {"from", or_null(item.from)},
        {"fromString", or_null(item.from_text)},
        {"to", or_null(item.to)},
        {"toString", or_null(item.to_text)}
    });
  }
  return {
      {"id", id_text(change.id)},
      {"author", user_json(store, change.author)},
      {"created", jira_time(change.at)},
      {"items", std::move(items)}
  };
}

json::Object sprint_json(const Sprint& sprint) {
  json::Object out{
      {"id", sprint.id},
      {"name", sprint.name},
      {"state", sprint.state},
      {"boardId", sprint.board},
      {"goal", sprint.goal}
  };
  add_time(out, "startDate", sprint.start);
  add_time(out, "endDate", sprint.end);
  add_time(out, "completeDate", sprint.complete);
  return out;
}

json::Object agile_sprint_json(const Store& store, const Sprint& sprint) {
  auto out = sprint_json(sprint);
  out["self"] = fmt::format("{}/rest/agile/1.0/sprint/{}", store.site, sprint.id);
  out["originBoardId"] = sprint.board;
  out.erase("boardId");
  return out;
}

json::Object board_json(const Store& store, const Board& board) {
  auto const& project = store.project(board.project);
  return {
      {"id", board.id},
      {"self", fmt::format("{}/rest/agile/1.0/board/{}", store.site, board.id)},
      {"name", board.name},
      {"type", board.type},
      {"location",
       json::Object{
           {"projectId", project.id},
           {"displayName", fmt::format("{} ({})", project.name, project.key)},
           {"projectName", project.name},
           {"projectKey", project.key},
           {"projectTypeKey", "software"},
           {"name", fmt::format("{} ({})", project.name, project.key)}
       }},
      {"isPrivate", false}
  };
}

}  // namespace davit::sandbox::atlassian
