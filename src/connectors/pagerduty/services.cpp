#include <string>

#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

// The other ends of the relationships, by the side on which the service stands.
void split_dependencies(const json::Object&, json::Object& answer) {
  auto const* all = answer.if_contains("dependencies");
  auto const* own = answer.if_contains("id");
  if (all == nullptr || own == nullptr || !all->is_array() || !own->is_string()) return;
  auto const id = std::string(json::view(own->get_string()));
  json::Array uses;
  json::Array used_by;
  for (auto const& one : all->get_array()) {
    auto const* supporting = json::find(one, "supporting");
    auto const* dependent = json::find(one, "dependent");
    if (supporting == nullptr || dependent == nullptr) continue;
    if (json::find_string(one, "dependent.id") == id) uses.push_back(*supporting);
    if (json::find_string(one, "supporting.id") == id) used_by.push_back(*dependent);
  }
  answer["dependencies"] = json::Object{{"uses", std::move(uses)}, {"used_by", std::move(used_by)}};
}

// The paths of the parts ask for one row more.
void finish_service(const json::Object& arguments, json::Object& answer) {
  split_dependencies(arguments, answer);
  cut_part(answer, "incidents", 25);
  cut_part(answer, "oncall", 25);
}

// Keys of integrations come only with include[]=integrations, which is never sent here: the
// references that a service has anyway name them without.
constexpr Tool kTools[] = {
    {
        .name = "pagerduty_list_services",
        .title = "List services",
        .description = "Services by name or team.",
        .toolset = "services",
        .call = {.path = "/services"},
        .params = {kQuery, kTeams, kLimit, kCursor},
        .paging = kOffset,
        .root = "services",
        .keep = "id name~100 status policy=escalation_policy.summary~100 "
                "teams=teams.summary~100 last_incident=last_incident_timestamp",
        .source = "https://developer.pagerduty.com/api-reference/e960cca205c0f-list-services",
    },
    {
        .name = "pagerduty_get_service",
        .title = "Get service",
        .description = "A service with open incidents and who is on call, and on request what it "
                       "depends on.",
        .toolset = "services",
        .call = {.path = "/services/{service}"},
        .params =
            {
                {.name = "service",
                 .description = "Name, id or web address.",
                 .in = In::path,
                 .required = true,
                 .lookup = &kServiceLookup},
                {.name = "include",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "incidents|oncall|dependencies",
                 .fallback = "incidents|oncall"},
            },
        .root = "service",
        .keep = "id name~200 description~500 status "
                "policy=escalation_policy{id name=summary~100} teams=teams{id name=summary~100} "
                "last_incident=last_incident_timestamp created=created_at "
                "acknowledge_timeout_s=acknowledgement_timeout "
                "resolve_timeout_s=auto_resolve_timeout "
                "urgency=incident_urgency_rule{type urgency "
                "during=during_support_hours.urgency outside=outside_support_hours.urgency} "
                "support_hours{start_time end_time time_zone days_of_week} "
                "integrations{name=summary~100 type} url=html_url",
        .parts =
            {
                {.name = "incidents",
                 .path = "/incidents?service_ids[]={.id}&statuses[]=triggered&"
                         "statuses[]=acknowledged&date_range=all&limit=26",
                 .keep = "number=incident_number id title~200 status urgency created=created_at",
                 .root = "incidents"},
                {.name = "oncall",
                 .path = "/oncalls?escalation_policy_ids[]={.escalation_policy.id}&earliest=true"
                         "&limit=26",
                 .keep = "level=escalation_level user{id name=summary~100} "
                         "schedule=schedule.summary~100 end",
                 .root = "oncalls"},
                {.name = "dependencies",
                 .path = "/service_dependencies/technical_services/{.id}",
                 .keep = "supporting=supporting_service{id type} "
                         "dependent=dependent_service{id type}",
                 .root = "relationships"},
            },
        .scopes = "services.read, incidents.read and oncalls.read",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1services~1%7Bid%7D/get",
        .finish = finish_service,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> service_tools = kTools;

}  // namespace davit::connectors::pagerduty
