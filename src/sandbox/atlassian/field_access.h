// One reader and one writer for each system field; fields.cpp has the table of them. A writer
// changes a draft and returns what is wrong with the value, or "".
#pragma once

#include <string>

#include "json/json.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian::access {

using Reader = json::Value(const Store& store, const Issue& issue);
Reader summary, description, environment, project, type, status, priority, resolution, assignee,
    reporter, creator, labels, components, fix_versions, versions, parent, subtasks, links, sprint,
    points, rank, due_date, created, updated, resolved, time_tracking, worklogs, comments,
    attachments;

using Writer = std::string(const Store& store, Issue& draft, const json::Value& value);
Writer set_summary, set_description, set_environment, set_type, set_priority, set_resolution,
    set_assignee, set_reporter, set_labels, set_components, set_fix_versions, set_versions,
    set_parent, set_sprint, set_points, set_due_date, set_time_tracking;

}  // namespace davit::sandbox::atlassian::access
