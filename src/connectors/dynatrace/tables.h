// The tables of the connector, one for each resource, and the parameters that they share.
#pragma once

#include <span>

#include "connector/connector.h"
#include "connector/tool.h"

namespace davit::connectors::dynatrace {

using namespace davit::connector;  // rows read best without qualification

extern const std::span<const Tool> environment_tools;
extern const std::span<const Tool> problem_tools;
extern const std::span<const Tool> dql_tools;
extern const std::span<const Tool> log_tools;
extern const std::span<const Tool> metric_tools;
extern const std::span<const Tool> entity_tools;
extern const std::span<const Tool> event_tools;
extern const std::span<const Tool> slo_tools;
extern const std::span<const Tool> vulnerability_tools;
extern const std::span<const Tool> trace_tools;
extern const std::span<const Tool> document_tools;
extern const std::span<const Tool> maintenance_tools;

// Kinds of credentials, by the names of their rules.
inline constexpr Str kAccessToken = "access-token";
inline constexpr Str kPlatformToken = "platform-token";
inline constexpr Str kOauthClient = "oauth-client";

// The key goes alone: with any other parameter but `fields` the request is refused.
// https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/basics/paging
inline constexpr Paging kNextPageKey{
    .kind = Paging::Kind::key,
    .next = "nextPageKey",
    .param = "nextPageKey",
    .stay = "fields",
    .total = "totalCount",
};

inline constexpr Param kProblem{
    .name = "problem",
    .description = "P-number, problem id or web address.",
    .in = In::path,
    .required = true,
};
inline constexpr Param kFrom{
    .name = "from",
    .description = "ISO 8601, or 2h, 7d ago.",
    .kind = Kind::timestamp,
    .fallback = "2h",
};
inline constexpr Param kTo{.name = "to", .kind = Kind::timestamp};
inline constexpr Param kQueryFrom{
    .name = "from",
    .description = "ISO 8601, or 2h, 7d ago.",
    .in = In::none,
    .kind = Kind::timestamp,
    .fallback = "30m",
};
inline constexpr Param kQueryTo{.name = "to", .in = In::none, .kind = Kind::timestamp};
inline constexpr Param kService{.name = "service", .description = "Id or name.", .in = In::none};
inline constexpr Param kCondition{
    .name = "filter",
    .description = "A further condition in DQL.",
    .in = In::none,
};
inline constexpr Param kEntitySelector{
    .name = "entity_selector",
    .description = "Such as type(\"SERVICE\"),tag(\"prod\").",
    .wire = "entitySelector",
};
inline constexpr Param kLimit{
    .name = "limit",
    .kind = Kind::integer,
    .fallback = "20",
    .min = 1,
    .max = 200,
    .wire = "pageSize",
};
inline constexpr Param kCursor{
    .name = "cursor",
    .description = "next_cursor of the answer before.",
    .in = In::none,
};

}  // namespace davit::connectors::dynatrace
