// Worklogs: the one place where Jira wants another form of time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace davit::connectors::atlassian {

// "2026-11-20T14:00:00.000+0000" of RFC 3339 or a date; nothing for any other text.
// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
std::optional<std::string> to_worklog_time(std::string_view rfc3339);
std::string to_worklog_time(std::chrono::sys_seconds time);

}  // namespace davit::connectors::atlassian
