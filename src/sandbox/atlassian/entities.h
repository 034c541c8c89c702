// Records as Jira writes them. What is not there (no assignee, id 0) is null.
#pragma once

#include <string_view>

#include "json/json.h"
#include "sandbox/atlassian/catalog.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {

json::Value user_json(const Store& store, std::string_view account_id);
json::Value type_json(const Store& store, int id);
json::Value status_json(const Store& store, int id);
json::Value priority_json(const Store& store, int id);
json::Value resolution_json(const Store& store, int id);
json::Object project_json(const Store& store, const Project& project);
json::Object version_json(const Store& store, const Version& version);
json::Object component_json(const Store& store, const Component& component);
json::Object link_type_json(const Store& store, const LinkType& type);
// As the link looks from `seen_from`.
json::Object link_json(const Store& store, const IssueLink& link, int seen_from);
// Key, summary, status, type: how one issue shows another.
json::Object brief_json(const Store& store, const Issue& issue);
json::Object comment_json(const Store& store, const Issue& issue, const Comment& comment);
json::Object worklog_json(const Store& store, const Issue& issue, const Worklog& worklog);
json::Object attachment_json(const Store& store, const Attachment& attachment);
json::Object change_json(const Store& store, const Change& change);
// As the sprint field of an issue has it.
json::Object sprint_json(const Sprint& sprint);
// As the agile API has it.
json::Object agile_sprint_json(const Store& store, const Sprint& sprint);
json::Object board_json(const Store& store, const Board& board);

}  // namespace davit::sandbox::atlassian
