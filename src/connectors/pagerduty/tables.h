// The tables of the connector, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connector/connector.h"
#include "connector/tool.h"
#include "connectors/pagerduty/references.h"

namespace davit::connectors::pagerduty {

using namespace davit::connector;  // rows read best without qualification

extern const std::span<const Tool> people_tools;
extern const std::span<const Tool> incident_tools;
extern const std::span<const Tool> incident_write_tools;
extern const std::span<const Tool> incident_message_tools;
extern const std::span<const Tool> insight_tools;
extern const std::span<const Tool> change_tools;
extern const std::span<const Tool> oncall_tools;
extern const std::span<const Tool> service_tools;
extern const std::span<const Tool> maintenance_tools;
extern const std::span<const Tool> workflow_tools;
extern const std::span<const Tool> analytics_tools;
extern const std::span<const Tool> event_tools;
extern const std::span<const Tool> status_page_tools;

// offset + limit may be 10000 at most.
// https://developer.pagerduty.com/docs/rest-api-v2/pagination/
inline constexpr Paging kOffset{
    .kind = Paging::Kind::offset, .param = "offset", .more = "more", .ceiling = 10'000
};

// `query` finds a part of a name.
inline constexpr Lookup kServiceLookup{
    .what = "service",
    .path = "/services?query={.value}&limit=100",
    .root = "services",
    .names = "name summary",
    .is_id = is_id,
};
inline constexpr Lookup kTeamLookup{
    .what = "team",
    .path = "/teams?query={.value}&limit=100",
    .root = "teams",
    .names = "name summary",
    .is_id = is_id,
};
inline constexpr Lookup kUserLookup{
    .what = "user",
    .path = "/users?query={.value}&limit=100",
    .root = "users",
    .names = "email name",
    .is_id = is_id,
    .self_path = "/users/me",
    .self_id = "user.id",
};
inline constexpr Lookup kPolicyLookup{
    .what = "escalation policy",
    .path = "/escalation_policies?query={.value}&limit=100",
    .root = "escalation_policies",
    .names = "name summary",
    .is_id = is_id,
};
inline constexpr Lookup kScheduleLookup{
    .what = "schedule",
    .path = "/schedules?query={.value}&limit=100",
    .root = "schedules",
    .names = "name summary",
    .is_id = is_id,
};
// An account has a handful, and the list takes no query.
inline constexpr Lookup kPriorityLookup{
    .what = "priority",
    .path = "/priorities?limit=100",
    .root = "priorities",
    .names = "name summary",
    .is_id = is_id,
};

inline constexpr Param kIncident{
    .name = "incident",
    .description = "Id, number or web address.",
    .in = In::path,
    .required = true,
};
// Each is read before the change, a few at a time.
inline constexpr Param kIncidents{
    .name = "incidents",
    .description = "Ids, numbers or web addresses.",
    .in = In::none,
    .kind = Kind::string_list,
    .required = true,
    .max = 50,
};
inline constexpr Param kServices{
    .name = "service",
    .description = "Names or ids.",
    .kind = Kind::string_list,
    .wire = "service_ids[]",
    .lookup = &kServiceLookup,
};
inline constexpr Param kTeams{
    .name = "team",
    .description = "Names or ids.",
    .kind = Kind::string_list,
    .wire = "team_ids[]",
    .lookup = &kTeamLookup,
};
inline constexpr Param kUsers{
    .name = "user",
    .description = "E-mails, names, ids or me.",
    .kind = Kind::string_list,
    .wire = "user_ids[]",
    .lookup = &kUserLookup,
};
inline constexpr Param kQuery{.name = "query", .description = "Part of the name."};
inline constexpr Param kSince{
    .name = "since",
    .description = "ISO 8601, or 24h, 7d, 2w ago.",
    .kind = Kind::timestamp,
};
inline constexpr Param kUntil{.name = "until", .kind = Kind::timestamp};
inline constexpr Param kLimit{
    .name = "limit", .kind = Kind::integer, .fallback = "25", .min = 1, .max = 100
};
inline constexpr Param kCursor{
    .name = "cursor", .description = "next_cursor of the answer before.", .in = In::none
};

}  // namespace davit::connectors::pagerduty
