#include "connector/instance.h"
#include "connector/invocation.h"
#include "connector/projection.h"
#include "connectors/atlassian/jira_tables.h"

namespace davit::connectors::atlassian {
namespace {

constexpr Keep kMe =
    "account_id=accountId name=displayName~100 email=emailAddress~100 timezone=timeZone locale";
constexpr Keep kSite = "url=baseUrl name=serverTitle~100";
constexpr Keep kSites = "name~100 url cloud_id=id scopes";

// Only OAuth tokens reach several sites, and only the gateway lists them.
// https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#3--make-calls-to-the-api-using-the-access-token
bool lists_sites(const Invocation& call) {
  auto const& upstream = call.instance().upstream();
  auto const* auth = upstream.auth();
  return auth != nullptr && auth->name == "oauth" && upstream.base().path.starts_with("/ex/");
}

Async<json::Value> whoami(Invocation call) {
  std::vector<std::string> paths{"/rest/api/3/myself", "/rest/api/3/serverInfo"};
  if (lists_sites(call)) paths.emplace_back("gateway:/oauth/token/accessible-resources");
  DAVIT_CO_TRY(auto answers, co_await call.get_each(std::move(paths)));
  if (!answers[0]) co_return answers[0].error();
  auto out = Projection(kMe).apply(*answers[0], {}).get_object();
  if (auto const* auth = call.instance().upstream().auth()) out["credential"] = auth->name;
  if (answers[1]) out["site"] = Projection(kSite).apply(*answers[1], {});
  if (answers.size() > 2 && answers[2]) out["sites"] = Projection(kSites).apply(*answers[2], {});
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "atlassian_whoami",
        .title = "Who am I",
        .description =
            "The account of the credential, its time zone, and the site that it reaches.",
        .toolset = "context",
        .call = {.path = "/rest/api/3/myself"},
        .foreign = "name site.name sites.name",
        .source = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/"
                  "#api-rest-api-3-myself-get",
        .run = whoami,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> whoami_tools = kTools;

}  // namespace davit::connectors::atlassian
