#include "connectors/gitlab/gitlab.h"

#include "connectors/gitlab/references.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

constexpr Str kRead = "read_api";
constexpr Str kWrite = "api";

constexpr Toolset kToolsets[] = {
    {"context", "Who asks, and where things are.", kRead, kWrite},
    {"repository", "Files and history.", kRead, kWrite},
    {"merge_requests", "Reading, reviewing and merging changes.", kRead, kWrite},
    {"issues", "Planning and reporting.", kRead, kWrite},
    {"ci", "Pipelines, jobs and why they fail.", kRead, kWrite},
};

// https://docs.gitlab.com/api/rest/authentication/
constexpr AuthRule kAuth[] = {
    {.name = "job-token",
     .only_named = true,
     .header = "JOB-TOKEN",
     .scheme = "",
     .note = "CI job token: few endpoints take it"},
    {.name = "oauth", .only_named = true, .note = "OAuth 2.0 access token, valid for two hours"},
    {.name = "token",
     .header = "PRIVATE-TOKEN",
     .scheme = "",
     .note = "personal, project or group access token"},
};

constexpr const std::span<const Tool>* kTables[] = {
    &project_tools,
    &repository_tools,
    &repository_write_tools,
    &merge_request_tools,
    &discussion_tools,
    &review_tools,
    &issue_tools,
    &pipeline_tools,
    &pipeline_write_tools,
};

// https://docs.gitlab.com/api/rest/troubleshooting/
std::string advice(int status, const json::Value& body) {
  auto const code = json::find_string(body, "error").value_or("");
  if (status == 403 && code == "insufficient_scope") {
    return "The token lacks a scope: reading needs read_api, changes need api; ask the operator.";
  }
  auto const said = json::find_string(body, "message").value_or("");
  if (status == 403 && said.find("not retryable") != said.npos) {
    return "Its state does not allow this: look at it with gitlab_get_pipeline first.";
  }
  if (status == 401 && code == "invalid_token") {
    return "The token has expired or was revoked; ask the operator to renew it.";
  }
  auto const message = json::find_string(body, "message").value_or(code);
  if (status == 400 && message.find("advanced search") != std::string_view::npos) {
    return "Name a project: there this can be searched.";
  }
  return "";
}

}  // namespace

// Rate limits and headers: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
// Errors: https://docs.gitlab.com/api/rest/#data-validation-and-errors
constexpr connector::Connector connector{
    .name = "gitlab",
    .title = "GitLab",
    .default_url = "https://gitlab.com/api/v4",
    .auth = kAuth,
    .toolsets = kToolsets,
    .tables = kTables,
    .error_paths = "message error_description error",
    .total_header = "X-Total",
    .request_id_header = "X-Request-Id",
    .reset_header = "RateLimit-Reset",
    .foreign_authors = "GitLab users",
    .resolve = resolve_references,
    .advice = advice,
};

}  // namespace davit::connectors::gitlab
