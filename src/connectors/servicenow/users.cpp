#include <fmt/format.h>

#include "connector/instance.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/query.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/c_TableAPI.html";

Async<ApiRequest> find_users(Invocation call) {
  constexpr Str kFields[] = {"name", "user_name", "email"};
  Query query;
  if (call.flag("active")) query.add_trusted("active=true");
  DAVIT_CO_CHECK(query.add_any("text", kFields, "LIKE", call.text("text")));
  query.order_by("name");
  co_return ApiRequest{
      .target = target_of({
          .table = "sys_user",
          .query = query.text(),
          .fields = "sys_id,name,user_name,email,title,department,manager,active",
          .limit = call.integer("limit"),
      }),
  };
}

Async<ApiRequest> find_groups(Invocation call) {
  Query query;
  auto const has_group = call.has("group");
  if (has_group) {
    DAVIT_CO_CHECK(query.add("group", "group", "=", call.text("group")));
    query.order_by("user.name");
  } else {
    query.add_trusted("active=true");
    DAVIT_CO_CHECK(query.add("text", "name", "LIKE", call.text("text")));
    query.order_by("name");
  }
  co_return ApiRequest{
      .target = target_of({
          .table = has_group ? "sys_user_grmember" : "sys_user_group",
          .query = query.text(),
          .fields = has_group ? "user" : "sys_id,name,description,manager,email",
          .limit = call.integer("limit"),
      }),
  };
}

Result<> check_groups(const json::Object& arguments) {
  if (arguments.contains("text") != arguments.contains("group")) return {};
  return Error(ErrorKind::invalid_input, "give text to find groups, or group to list its members");
}

Async<json::Value> get_instance_info(Invocation call) {
  json::Object out{{"instance", call.instance().settings().base_url}};
  DAVIT_CO_TRY(
      auto const self,
      co_await call.get("/api/now/table/sys_user?sysparm_query=sys_id=javascript:gs.getUserID()"
                        "&sysparm_fields=sys_id,name,user_name,time_zone&sysparm_limit=1")
  );
  auto const text = [](const json::Value& answer, std::string_view path) {
    return shown(json::find_string(answer, path).value_or(""), 200);
  };
  out["user"] = text(self, "result.0.name");
  out["user_name"] = text(self, "result.0.user_name");
  std::vector<std::string> paths{
      fmt::format(
          "/api/now/table/sys_user_has_role?sysparm_query=user={}%5Estate=active"
          "&sysparm_display_value=true&sysparm_exclude_reference_link=true&sysparm_fields=role"
          "&sysparm_limit=200",
          text(self, "result.0.sys_id")
      ),
      "/api/now/table/sys_properties?sysparm_query=name=glide.war&sysparm_fields=value"
      "&sysparm_limit=1",
  };
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(paths));
  if (answers[0]) {
    json::Array roles;
    for (auto const& row : rows_of(*answers[0])) {
      roles.emplace_back(text(row, "role"));
    }
    out["roles"] = std::move(roles);
  } else {
    out["unavailable"] = json::Object{{"roles", answers[0].error().message()}};
  }
  if (answers[1] && !rows_of(*answers[1]).empty()) {
    out["version"] = text(*answers[1], "result.0.value");
  } else {
    out["note"] = "The version may be read by administrators only.";
  }
  co_return out;
}

constexpr Param kTen{
    .name = "limit", .in = In::none, .kind = Kind::integer, .fallback = "10", .min = 1, .max = 100
};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_find_users",
        .title = "Find users",
        .description = "Users by part of the name, user name or e-mail address.",
        .toolset = "users",
        .call = {.path = "/api/now/table/sys_user"},
        .params =
            {
                {.name = "text", .in = In::none, .required = true},
                {.name = "active", .in = In::none, .kind = Kind::boolean, .fallback = "true"},
                kTen,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "id=sys_id.value name.value~100 user_name.value email.value title.value~100 "
                "department.display_value~100 manager.display_value~100 active.value",
        .source = kSource,
        .make = find_users,
    },
    {
        .name = "servicenow_find_groups",
        .title = "Find groups",
        .description = "Groups by part of the name, or with group the members of one.",
        .toolset = "users",
        .offer = Offer::by_toolset,
        .call = {.path = "/api/now/table/sys_user_group|/api/now/table/sys_user_grmember"},
        .params =
            {
                {.name = "text", .in = In::none},
                {.name = "group",
                 .description = "Name or sys_id.",
                 .in = In::none,
                 .lookup = &kGroupLookup},
                kTen,
                kCursor,
            },
        .paging = kLinkHeader,
        .root = "result",
        .keep = "id=sys_id.value name.value~100 description.value~200 "
                "manager.display_value~100 email.value member=user.display_value~100 "
                "member_id=user.value",
        .source = kSource,
        .check = check_groups,
        .make = find_groups,
    },
    {
        .name = "servicenow_get_instance_info",
        .title = "Get instance info",
        .description = "Who is signed in where, with which roles; tests the connection.",
        .toolset = "users",
        .offer = Offer::by_toolset,
        .call = {.path = "/api/now/table/sys_user"},
        .source = kSource,
        .run = get_instance_info,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> user_tools = kTools;

}  // namespace davit::connectors::servicenow
