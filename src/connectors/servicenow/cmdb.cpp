#include "connectors/servicenow/cmdb.h"

#include <fmt/format.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/lists.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

using enum Filter::Kind;

constexpr ListSpec kItems{
    .table = "cmdb_ci",
    .fields =
        "sys_id,name,sys_class_name,operational_status,environment,ip_address,"
        "support_group,owned_by",
    .filters =
        {
            {"name", contains, "name"},
            {"ip", equal, "ip_address"},
            {"serial", equal, "serial_number"},
            {"environment", equal, "environment", true},
            {"status", choices, "operational_status"},
            {"support_group", equal, "support_group"},
            {"query", query},
        },
    .order = "name",
};

Async<ApiRequest> search_cis(Invocation call) {
  std::string name(call.text("class"));
  DAVIT_CO_CHECK(check_class(name));
  co_return co_await list_request(call, &kItems, std::move(name));
}

constexpr Param kClass{
    .name = "class",
    .description = "Table, such as cmdb_ci_server.",
    .in = In::none,
    .fallback = "cmdb_ci",
};
constexpr Param kOneCi{
    .name = "ci",
    .description = "Name or sys_id.",
    .in = In::none,
    .required = true,
    .lookup = &kCiLookup,
};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_search_cis",
        .title = "Search CIs",
        .description = "Configuration items by part of the name, class, address, status or group.",
        .toolset = "cmdb",
        .call = {.path = "/api/now/table/cmdb_ci"},
        .params =
            {
                {.name = "name", .in = In::none},
                kClass,
                {.name = "ip", .in = In::none},
                {.name = "serial", .in = In::none},
                {.name = "environment", .in = In::none},
                {.name = "status",
                 .description = "Labels or codes.",
                 .in = In::none,
                 .kind = Kind::string_list},
                {.name = "support_group", .in = In::none, .lookup = &kGroupLookup},
                kQuery,
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "id=sys_id.value name.value~150 class=sys_class_name.display_value "
                "status=operational_status.display_value environment.display_value "
                "ip=ip_address.value group=support_group.display_value~100 "
                "owner=owned_by.display_value~100",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .make = search_cis,
    },
    {
        .name = "servicenow_get_ci",
        .title = "Get CI",
        .description = "A configuration item with its attributes, relations and the number of "
                       "open incidents and changes.",
        .toolset = "cmdb",
        .params =
            {
                kOneCi,
                {.name = "class", .description = "Found out when left out.", .in = In::none},
                {.name = "relations", .in = In::none, .kind = Kind::boolean, .fallback = "true"},
            },
        .foreign = "name attributes inbound outbound",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/cmdb-instance-api.html",
        .run = get_ci,
    },
    {
        .name = "servicenow_get_ci_impact",
        .title = "Get CI impact",
        .description = "What depends on a configuration item (up), or what it depends on (down), "
                       "over several levels.",
        .toolset = "cmdb",
        .call = {.path = "/api/now/table/cmdb_rel_ci"},
        .params =
            {
                kOneCi,
                {.name = "direction", .in = In::none, .choices = "up|down", .fallback = "up"},
                {.name = "depth",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "2",
                 .min = 1,
                 .max = 4},
                {.name = "max_nodes",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "100",
                 .min = 1,
                 .max = 200},
            },
        .timeout_s = 45,
        .foreign = "nodes.name services edges",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .run = get_ci_impact,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> cmdb_tools = kTools;

Result<> check_class(std::string_view name) {
  DAVIT_CHECK(check_readable(name));
  if (name == "cmdb" || name.starts_with("cmdb_ci") || name.starts_with("u_cmdb")) return {};
  return Error(
      ErrorKind::invalid_input,
      fmt::format("class: '{}' is no class of the CMDB, such as cmdb_ci_server", name)
  );
}

}  // namespace davit::connectors::servicenow
