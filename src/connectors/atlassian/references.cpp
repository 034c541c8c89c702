#include "connectors/atlassian/confluence_references.h"
#include "connectors/atlassian/jira_references.h"
#include "connectors/atlassian/tables.h"

namespace davit::connectors::atlassian {

Result<> resolve_references(const Tool& tool, const http::Url& base, json::Object& arguments) {
  DAVIT_CHECK(resolve_jira_references(tool, base, arguments));
  return resolve_confluence_references(tool, base, arguments);
}

}  // namespace davit::connectors::atlassian
