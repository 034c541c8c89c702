#include "connectors/dynatrace/entities.h"

#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_find_entities",
        .title = "Find entities",
        .description = "Services, hosts and other monitored things by type, name and tag.",
        .toolset = "entities",
        .call = {.path = "v2:/entities?fields=%2Btags%2C%2BmanagementZones"},
        .params =
            {
                {.name = "type",
                 .description = "As HOST, PROCESS_GROUP, KUBERNETES_CLUSTER.",
                 .in = In::none,
                 .fallback = "SERVICE"},
                {.name = "name", .in = In::none},
                {.name = "match",
                 .in = In::none,
                 .choices = "contains|equals|starts_with",
                 .fallback = "contains"},
                {.name = "tags",
                 .description = "As key:value; all must be there.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "health", .in = In::none, .choices = "HEALTHY|UNHEALTHY"},
                {.name = "management_zone", .description = "Its name.", .in = In::none},
                {.name = "entity_selector",
                 .description = "In place of type; begins with type(...) or entityId(...).",
                 .wire = "entitySelector"},
                {.name = "from",
                 .description = "Seen since; ISO 8601, or 2h, 7d ago.",
                 .kind = Kind::timestamp,
                 .fallback = "3d"},
                kLimit,
                kCursor,
            },
        .paging = kNextPageKey,
        .root = "entities",
        .keep = "id=entityId name=displayName~150 type tags=tags.stringRepresentation~60 "
                "management_zones=managementZones.name~60",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/entity-v2/get-entities-list",
        .make = make_entity_list,
        .finish =
            [](const json::Object& /*arguments*/, json::Object& answer) {
              constexpr std::size_t kTags = 10;
              for (auto& item : answer["items"].get_array()) {
                auto* tags = item.get_object().if_contains("tags");
                if (tags != nullptr && tags->is_array() && tags->get_array().size() > kTags) {
                  tags->get_array().resize(kTags);
                }
              }
            },
    },
    {
        .name = "dynatrace_get_entity",
        .title = "Get entity",
        .description = "A monitored entity with properties, tags and its neighbours.",
        .toolset = "entities",
        .call =
            {.path = "v2:/entities/{entity}?fields=%2Bproperties%2C%2Btags%2C%2BmanagementZones"
                     "%2C%2BfromRelationships%2C%2BtoRelationships%2C%2BfirstSeenTms"
                     "%2C%2BlastSeenTms"},
        .params =
            {
                {.name = "entity",
                 .description = "Id, or name of the type.",
                 .in = In::path,
                 .required = true},
                {.name = "type", .in = In::none, .fallback = "SERVICE"},
                {.name = "relationships", .in = In::none, .kind = Kind::boolean, .fallback = "true"
                },
            },
        .foreign = "name tags management_zones properties",
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/entity-v2/get-entity",
        .run = get_entity,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> entity_tools = kTools;

}  // namespace davit::connectors::dynatrace
