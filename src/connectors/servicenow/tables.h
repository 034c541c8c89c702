// The tables of the connector, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connector/connector.h"
#include "connector/tool.h"
#include "connectors/servicenow/lookups.h"

namespace davit::connectors::servicenow {

using namespace davit::connector;  // rows read best without qualification

extern const std::span<const Tool> incident_tools;
extern const std::span<const Tool> record_tools;
extern const std::span<const Tool> change_tools;
extern const std::span<const Tool> change_write_tools;
extern const std::span<const Tool> problem_tools;
extern const std::span<const Tool> cmdb_tools;
extern const std::span<const Tool> knowledge_tools;
extern const std::span<const Tool> catalog_tools;
extern const std::span<const Tool> request_tools;
extern const std::span<const Tool> user_tools;
extern const std::span<const Tool> data_tools;
extern const std::span<const Tool> data_write_tools;
extern const std::span<const Tool> attachment_tools;

inline constexpr Param kIncident{
    .name = "incident",
    .description = "Number, sys_id or web address.",
    .in = In::path,
    .required = true,
    .lookup = &kIncidentLookup,
};
inline constexpr Param kChange{
    .name = "change",
    .description = "Number, sys_id or web address.",
    .in = In::path,
    .required = true,
    .lookup = &kChangeLookup,
};
// Of any table: code finds out which.
inline constexpr Param kRecord{
    .name = "record",
    .description = "Number, sys_id or web address.",
    .in = In::none,
    .required = true,
};
inline constexpr Param kGroup{.name = "assignment_group", .in = In::none, .lookup = &kGroupLookup};
inline constexpr Param kAssignedTo{
    .name = "assigned_to",
    .description = "Name, e-mail, user name or me.",
    .in = In::none,
    .lookup = &kUserLookup,
};
inline constexpr Param kCi{.name = "ci", .in = In::none, .lookup = &kCiLookup};
inline constexpr Param kService{.name = "service", .in = In::none, .lookup = &kServiceLookup};
inline constexpr Param kText{.name = "text", .description = "Full text.", .in = In::none};
inline constexpr Param kQuery{.name = "query", .description = "Encoded query.", .in = In::none};
inline constexpr Param kUpdatedSince{
    .name = "updated_since",
    .description = "ISO 8601, or 24h, 7d ago.",
    .in = In::none,
    .kind = Kind::timestamp,
};
inline constexpr Param kState{
    .name = "state",
    .description = "open, all, or labels.",
    .in = In::none,
    .kind = Kind::string_list,
    .fallback = "open",
};
inline constexpr Param kLimit{
    .name = "limit", .in = In::none, .kind = Kind::integer, .fallback = "20", .min = 1, .max = 200
};
inline constexpr Param kCursor{
    .name = "cursor", .description = "next_cursor of the answer before.", .in = In::none
};
inline constexpr Param kExtra{
    .name = "extra",
    .description = "Other fields by name, internal values.",
    .in = In::none,
    .kind = Kind::object,
};
inline constexpr Param kDryRun{
    .name = "dry_run",
    .description = "Only show what would be sent.",
    .in = In::none,
    .kind = Kind::boolean
};

}  // namespace davit::connectors::servicenow
