#include "connectors/dynatrace/problems.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

// A P-number is looked for in what Dynatrace keeps of problems. References allow only letters,
// digits, '-' and '_' (references.cpp), so it cannot leave its quotes.
constexpr Lookup kProblemLookup{
    .what = "problem",
    .path = "v2:/problems?from=now-14M&problemSelector=displayId%28%22{.value}%22%29",
    .root = "problems",
    .id = "problemId",
    .names = "displayId problemId",
    .is_id = is_problem_id,
};

constexpr Param with_lookup(Param param) {
  param.lookup = &kProblemLookup;
  return param;
}
constexpr Param kFoundProblem = with_lookup(kProblem);

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_list_problems",
        .title = "List problems",
        .description = "Problems that Dynatrace detected: open now, or in a time; newest first.",
        .toolset = "problems",
        .call = {.path = "v2:/problems"},
        .params =
            {
                {.name = "status", .in = In::none, .choices = "open|closed|all", .fallback = "open"
                },
                {.name = "severity",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "AVAILABILITY|ERROR|PERFORMANCE|RESOURCE_CONTENTION|CUSTOM_ALERT|"
                            "MONITORING_UNAVAILABLE"},
                {.name = "impact",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "APPLICATION|SERVICES|INFRASTRUCTURE|ENVIRONMENT"},
                {.name = "entities",
                 .description = "Ids of affected entities.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "tags",
                 .description = "Of entities, as key:value.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "management_zone", .description = "Its name.", .in = In::none},
                {.name = "text", .description = "In titles, at most 30 bytes.", .in = In::none},
                {.name = "problem_selector",
                 .description = "Further criteria in Dynatrace's syntax.",
                 .wire = "problemSelector"},
                {.name = "from",
                 .description = "ISO 8601, or 2h, 7d ago; 2h when open, else 3d.",
                 .kind = Kind::timestamp},
                kTo,
                {.name = "sort", .description = "As -startTime.", .fallback = "-startTime"},
                kLimit,
                kCursor,
            },
        .paging = kNextPageKey,
        .root = "problems",
        .keep = "id=displayId title~200 status severity=severityLevel "
                "impact=impactLevel start=startTime end=endTime root_cause=rootCauseEntity{"
                "id=entityId.id name~100} affected=affectedEntities.name~80 "
                "management_zones=managementZones.name~60",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/problems-v2/problems/get-problems-list",
        .make = make_problem_list,
        .finish = finish_problems,
    },
    {
        .name = "dynatrace_get_problem",
        .title = "Get problem",
        .description = "A problem with evidence, impact and its latest comments.",
        .toolset = "problems",
        .call =
            {.path = "v2:/problems/{problem}"
                     "?fields=evidenceDetails,impactAnalysis,recentComments"},
        .params =
            {
                kFoundProblem,
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "evidence|impact|comments",
                 .fallback = "evidence|impact|comments"},
            },
        .keep = "id=displayId problem_id=problemId title~300 status severity=severityLevel "
                "impact_level=impactLevel start=startTime end=endTime "
                "root_cause=rootCauseEntity{id=entityId.id name~100} "
                "affected_entities=affectedEntities{id=entityId.id name~100} "
                "tags=entityTags.stringRepresentation~80 management_zones=managementZones.name~80 "
                "alerting_profiles=problemFilters.name~80 "
                "evidence=evidenceDetails.details{type=evidenceType name=displayName~200 "
                "entity_id=entity.entityId.id entity=entity.name~100 root_cause=rootCauseRelevant? "
                "start=startTime@} "
                "impact=impactAnalysis.impacts{type=impactType entity=impactedEntity.name~100 "
                "users=estimatedAffectedUsers} "
                "comments=recentComments.comments{id at=createdAtTimestamp@ author=authorName~80 "
                "content~1000}",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/problems-v2/problems/get-problem",
        .finish = finish_problem,
    },
    {
        .name = "dynatrace_add_problem_comment",
        .title = "Add problem comment",
        .description = "Leave a note on a problem.",
        .toolset = "problems",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "v2:/problems/{problem}/comments"},
        .params =
            {
                kFoundProblem,
                {.name = "message", .in = In::body, .required = true},
                {.name = "context",
                 .description = "Where the note comes from.",
                 .in = In::body,
                 .fallback = "mcp"},
            },
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/problems-v2/comments/post-comment",
        .run = add_problem_comment,
    },
    {
        .name = "dynatrace_close_problem",
        .title = "Close problem",
        .description = "Close a problem with a closing comment. Cannot be undone.",
        .toolset = "problems",
        .effect = Effect::destroy,
        .idempotent = true,
        .call = {.method = http::Method::post, .path = "v2:/problems/{problem}/close"},
        .params =
            {
                kFoundProblem,
                {.name = "message", .in = In::body, .required = true},
            },
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/problems-v2/problems/post-close-problem",
        .run = close_problem,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> problem_tools = kTools;

}  // namespace davit::connectors::dynatrace
