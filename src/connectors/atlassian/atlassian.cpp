#include "connectors/atlassian/atlassian.h"

#include <fmt/format.h>

#include "connectors/atlassian/adf/to_markdown.h"
#include "connectors/atlassian/confluence_tables.h"
#include "connectors/atlassian/jira_tables.h"
#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {
namespace {

// https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
constexpr Toolset kToolsets[] = {
    {"context", "Who asks, and where.", "read:jira-user"},
    {"issues", "Finding, reading and changing issues.", "read:jira-work", "write:jira-work"},
    {"projects", "Projects, fields and people.", "read:jira-work", "write:jira-work"},
    {"agile",
     "Boards and sprints.",
     "read:board-scope:jira-software, read:sprint:jira-software",
     "write:sprint:jira-software, write:board-scope:jira-software"},
    {"pages",
     "Finding, reading and writing pages.",
     "read:page:confluence, search:confluence",
     "write:page:confluence"},
    {"comments", "Comments on pages.", "read:comment:confluence", "write:comment:confluence"},
    {"attachments",
     "Files of pages.",
     "read:attachment:confluence, "
     "readonly:content.attachment:confluence",
     "write:confluence-file"},
};

constexpr const std::span<const Tool>* kTables[] = {
    &whoami_tools,
    &jira_search_tools,
    &jira_issue_tools,
    &jira_draft_tools,
    &jira_transition_tools,
    &jira_comment_tools,
    &jira_changelog_tools,
    &jira_link_tools,
    &jira_worklog_tools,
    &jira_attachment_tools,
    &jira_project_tools,
    &jira_field_tools,
    &jira_user_tools,
    &jira_agile_tools,
    &jira_board_issue_tools,
    &confluence_find_tools,
    &confluence_read_tools,
    &confluence_write_tools,
    &confluence_comment_tools,
    &confluence_attachment_tools,
};

// https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
constexpr AuthRule kAuth[] = {
    {.name = "api-token",
     .kind = AuthRule::Kind::basic,
     .needs_user = true,
     .note = "API token of the account whose e-mail address is `user`"},
    {.name = "oauth", .note = "OAuth 2.0 access token, valid for an hour"},
};

// A token with scopes and OAuth go through the gateway, where each product has its own path:
// https://api.atlassian.com/ex/jira/CLOUD-ID and .../ex/confluence/CLOUD-ID. The setting names
// either; a site of one's own has both products.
Place place(const http::Url& base, const AuthRule&, Str path) {
  constexpr Str kGateway = "gateway:";  // what belongs to no site
  if (path.starts_with(kGateway)) {
    return {.url = base.origin() + std::string(path.substr(kGateway.size()))};
  }
  std::string prefix = base.path;
  for (Str const product : {"/ex/jira/", "/ex/confluence/"}) {
    if (!base.path.starts_with(product)) continue;
    auto const cloud = base.path.substr(product.size());
    prefix = fmt::format("/ex/{}/{}", path.starts_with("/wiki/") ? "confluence" : "jira", cloud);
  }
  return {.url = base.origin() + prefix + std::string(path)};
}

// The gateway says so of a token without the scope, not of a wrong token.
std::string advice(int status, const json::Value& body) {
  auto const message = json::find_string(body, "message").value_or("");
  if (status == 401 && message.find("scope does not match") != Str::npos) {
    return "The token is good but lacks a scope that this tool needs; ask the operator.";
  }
  return "";
}

}  // namespace

std::optional<std::string> to_text(const json::Value& value) {
  if (json::find_string(value, "type") == "doc") return adf::to_markdown(value);
  return std::nullopt;
}

// Errors: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes
// Limits: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
constexpr connector::Connector connector{
    .name = "atlassian",
    .title = "Atlassian",
    .auth = kAuth,
    .download_hosts = "api.media.atlassian.com",
    .toolsets = kToolsets,
    .tables = kTables,
    .prefixes = "atlassian jira confluence",
    .error_paths =
        "errorMessages errors.0.title +errors.0.detail errors message error_description "
        "error",
    .request_id_header = "atl-traceid",
    .reset_header = "X-RateLimit-Reset",
    .reason_header = "RateLimit-Reason",
    .quota_reason = "-quota-",
    .foreign_authors = "users of Jira and Confluence",
    .place = place,
    .resolve = resolve_references,
    .advice = advice,
    .rich_text = to_text,
};

}  // namespace davit::connectors::atlassian
