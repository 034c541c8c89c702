#include "connectors/servicenow/servicenow.h"

#include "connectors/servicenow/html.h"
#include "connectors/servicenow/references.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Toolset kToolsets[] = {
    {"incidents", "Incidents, their journal and their resolution.", "the role itil", "the role itil"
    },
    {"changes",
     "Changes, their states, approvals and conflicts.",
     "the role itil or sn_change_read",
     "the role itil or sn_change_write"},
    {"problems", "Problems and known errors.", "the role itil", "the role itil"},
    {"cmdb", "Configuration items and what depends on them.", "the role itil or cmdb_read", ""},
    {"knowledge", "Articles.", "the right to read the knowledge base", ""},
    {"catalog",
     "What can be ordered.",
     "the right to see the item in the catalog",
     "the right to order the item"},
    {"requests", "Requests and approvals.", "the role itil", ""},
    {"users", "People, groups and the instance.", "a user of the instance", ""},
    {"tables",
     "Any table that is not barred.",
     "read access to the table (ACL)",
     "write access to the table (ACL)"},
    {"attachments", "Files of records.", "read access to the record", "write access to the record"},
    {"import", "Import sets.", "", "the role import_set_loader or import_admin"},
};

// https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/
// c_RESTAPI.html
// https://www.servicenow.com/docs/bundle/zurich-platform-security/page/integrate/authentication/
// concept/api-key.html
constexpr AuthRule kAuth[] = {
    {.name = "basic",
     .kind = AuthRule::Kind::basic,
     .needs_user = true,
     .note = "password of the user; new instances may refuse administrators"},
    {.name = "api-key",
     .only_named = true,
     .header = "x-sn-apikey",
     .scheme = "",
     .note = "REST API key, sent as x-sn-apikey"},
    {.name = "oauth",
     .kind = AuthRule::Kind::client_credentials,
     .only_named = true,
     .token_url = "/oauth_token.do",
     .note = "client secret, with the client id as user; the grant must be switched on and have an "
             "application user"},
    {.name = "bearer", .note = "OAuth 2.0 access token, valid for half an hour"},
};

constexpr const std::span<const Tool>* kTables[] = {
    &incident_tools,
    &record_tools,
    &change_tools,
    &change_write_tools,
    &problem_tools,
    &cmdb_tools,
    &knowledge_tools,
    &catalog_tools,
    &request_tools,
    &user_tools,
    &data_tools,
    &data_write_tools,
    &attachment_tools,
};

// https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/
// reference/r_RESTErrorMessages.html
std::string advice(int status, const json::Value& body) {
  auto const message = json::find_string(body, "error.message").value_or("");
  auto const detail = json::find_string(body, "error.detail").value_or("");
  auto const says = [&](std::string_view text) {
    return message.find(text) != message.npos || detail.find(text) != detail.npos;
  };
  if (says("Data Policy Exception") || says("mandatory")) {
    return "A data policy wants more fields: give them, by extra where there is no argument.";
  }
  if (status == 403 && says("Operation Failed")) {
    return "A business rule or an ACL of the instance refused the write; ask its administrator.";
  }
  if (status == 404 && says("No Record found")) {
    return "It does not exist, or an ACL hides it from this user.";
  }
  if (status == 400 && says("Invalid table")) {
    return "There is no such table, or it is hidden: look for its name in sys_db_object.";
  }
  if (status == 401) {
    return "The credential was refused: administrators and users with MFA may not use basic auth; "
           "ask the operator.";
  }
  return "";
}

}  // namespace

// Limits and errors: https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/
// inbound-rest/concept/inbound-REST-API-rate-limiting.html
constexpr connector::Connector connector{
    .name = "servicenow",
    .title = "ServiceNow",
    .auth = kAuth,
    .toolsets = kToolsets,
    .tables = kTables,
    .error_paths = "error.message +error.detail",
    .total_header = "X-Total-Count",
    .request_id_header = "X-Transaction-Id",
    .reset_header = "X-RateLimit-Reset",
    .foreign_authors = "ServiceNow users",
    .resolve = resolve_references,
    .advice = advice,
    .rich_text = html_field,
};

}  // namespace davit::connectors::servicenow
