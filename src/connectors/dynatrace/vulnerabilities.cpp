#include <string>
#include <vector>

#include "connector/arguments.h"
#include "connector/invocation.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

// Problems are known by their display id, "S-49", as well.
constexpr Lookup kVulnerabilityLookup{
    .what = "vulnerability",
    .path = "v2:/securityProblems?pageSize=500&from=now-1y",
    .root = "securityProblems",
    .id = "securityProblemId",
    .names = "displayId",
    .is_id = [](Str value) { return !value.starts_with("S-"); },
};

Async<ApiRequest> make_vulnerability_list(Invocation call) {
  auto const risk_levels = call.list("risk_level");
  auto const is_exposed = call.flag("exposed");
  auto const affected = call.text("affected");
  auto const affected_key = is_entity_id(affected) ? "affectedPgIds" : "affectedPgNames";
  std::vector<std::string> const criteria{
      criterion("status", call.text("status")),
      criterion("riskLevel", risk_levels),
      criterion("cveId", call.text("cve")),
      criterion("technology", call.text("technology")),
      is_exposed ? criterion("riskAssessment", "EXPOSED") : std::string(),
      criterion(affected_key, affected),
      criterion("muted", call.flag("muted") ? "TRUE" : "FALSE"),
      std::string(call.text("selector")),
  };
  call.arguments()["selector"] = all_of(criteria);
  co_return build_request(call.tool(), call.arguments());
}

void cut_remediation(const json::Object& arguments, json::Object& answer) {
  auto* items = answer.if_contains("remediation");
  if (items == nullptr || !items->is_array()) return;
  auto const limit = static_cast<std::size_t>(integer_of(arguments, "remediation_limit"));
  auto const count = items->get_array().size();
  if (count <= limit) return;
  items->get_array().resize(limit);
  answer["remediation_count"] = count;
}

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_list_vulnerabilities",
        .title = "List vulnerabilities",
        .description = "Vulnerabilities found in what runs, worst first.",
        .toolset = "security",
        .call =
            {.path = "v2:/securityProblems?sort=-riskAssessment.riskScore"
                     "&fields=%2BriskAssessment%2C%2BglobalCounts"},
        .params =
            {
                {.name = "risk_level",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "CRITICAL|HIGH|MEDIUM|LOW|NONE",
                 .fallback = "CRITICAL|HIGH"},
                {.name = "status", .in = In::none, .choices = "OPEN|RESOLVED", .fallback = "OPEN"},
                {.name = "cve", .description = "As CVE-2021-44228.", .in = In::none},
                {.name = "technology",
                 .in = In::none,
                 .choices = "DOTNET|GO|JAVA|KUBERNETES|NODE_JS|PHP|PYTHON"},
                {.name = "exposed",
                 .description = "Only with a way in from the internet.",
                 .in = In::none,
                 .kind = Kind::boolean},
                {.name = "affected", .description = "Id or name of a process group.", .in = In::none
                },
                {.name = "muted", .in = In::none, .kind = Kind::boolean},
                {.name = "selector",
                 .description = "Further criteria, as managementZones(\"prod\").",
                 .wire = "securityProblemSelector"},
                kLimit,
                kCursor,
            },
        .paging = kNextPageKey,
        .root = "securityProblems",
        .keep = "id=displayId vulnerability_id=securityProblemId title~150 cves=cveIds "
                "muted? risk=riskAssessment{level=riskLevel score=riskScore exposure "
                "exploit=publicExploit} technology package=packageName~80 "
                "affected=globalCounts{process_groups=affectedProcessGroups? "
                "hosts=relatedHosts? services=relatedServices?}",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/application-security/vulnerabilities/get-vulnerabilities",
        .make = make_vulnerability_list,
    },
    {
        .name = "dynatrace_get_vulnerability",
        .title = "Get vulnerability",
        .description = "A vulnerability with what it affects and what to remedy.",
        .toolset = "security",
        .call =
            {.path = "v2:/securityProblems/{vulnerability}?fields=%2BriskAssessment"
                     "%2C%2BglobalCounts%2C%2Bdescription%2C%2BvulnerableComponents"
                     "%2C%2BmanagementZones"},
        .params =
            {
                {.name = "vulnerability",
                 .description = "Id, or S-number.",
                 .in = In::path,
                 .required = true,
                 .lookup = &kVulnerabilityLookup},
                {.name = "remediation_limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "10",
                 .min = 1,
                 .max = 100},
            },
        .keep = "id=displayId vulnerability_id=securityProblemId title~200 cves=cveIds status "
                "muted? type=vulnerabilityType technology package=packageName~100 "
                "risk=riskAssessment{level=riskLevel score=riskScore base_score=baseRiskScore "
                "exposure data_assets=dataAssets exploit=publicExploit "
                "function_usage=vulnerableFunctionUsage} description~2000 "
                "affected=globalCounts{process_groups=affectedProcessGroups? "
                "processes=affectedProcessGroupInstances? exposed=exposedProcessGroups? "
                "hosts=relatedHosts? services=relatedServices? workloads="
                "relatedKubernetesWorkloads?} "
                "components=vulnerableComponents{name=displayName~150 file=fileName~150 "
                "affected=numberOfAffectedEntities} management_zones=managementZones.name~80 "
                "first_seen=firstSeenTimestamp@ updated=lastUpdatedTimestamp@ url",
        .parts =
            {
                {.name = "remediation",
                 .path = "v2:/securityProblems/{vulnerability}/remediationItems",
                 .keep = "id name~150 state=vulnerabilityState exposure=assessment.exposure "
                         "data_assets=assessment.dataAssets "
                         "function_usage=assessment.vulnerableFunctionUsage "
                         "components=vulnerableComponents.displayName~100",
                 .root = "remediationItems"},
            },
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/application-security/vulnerabilities/get-vulnerability-details",
        .finish = cut_remediation,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> vulnerability_tools = kTools;

}  // namespace davit::connectors::dynatrace
