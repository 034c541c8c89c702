#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/pagerduty/schedules.h"
#include "connectors/pagerduty/tables.h"
#include "connectors/pagerduty/times.h"

namespace davit::connectors::pagerduty {
namespace {

json::Array ids_of(const json::Value& answer) {
  json::Array ids;
  auto const* rows = json::find_array(answer, "escalation_policies");
  for (auto const& row : rows == nullptr ? json::Array() : *rows) {
    if (auto const id = json::find_string(row, "id")) ids.emplace_back(*id);
  }
  return ids;
}

// The list takes policies, so a service stands for its policy and a team for its policies.
Async<ApiRequest> make_list_oncalls(Invocation call) {
  auto& arguments = call.arguments();
  if (call.has("service")) {
    DAVIT_CO_TRY(auto const body, co_await call.get("/services/{service}"));
    auto const id = json::find_string(body, "service.escalation_policy.id");
    if (!id) co_return Error(ErrorKind::not_found, "the service has no escalation policy");
    arguments["escalation_policy"] = json::Array{json::Value(*id)};
  }
  if (call.has("team")) {
    DAVIT_CO_TRY(
        auto const body, co_await call.get("/escalation_policies?team_ids[]={team}&limit=100")
    );
    if (json::find_bool(body, "more").value_or(false)) {
      co_return Error(
          ErrorKind::invalid_input, "the team has more than 100 escalation policies; name some"
      );
    }
    auto ids = ids_of(body);
    if (ids.empty()) co_return Error(ErrorKind::not_found, "the team has no escalation policy");
    arguments["escalation_policy"] = std::move(ids);
  }
  make_whole(arguments, {"at", "until"});
  if (call.has("at") && !call.has("until")) arguments["until"] = std::string(call.text("at"));
  co_return build_request(call.tool(), arguments);
}

// PagerDuty has no filter for it.
void drop_higher_levels(const json::Object& arguments, json::Object& answer) {
  auto const highest = integer_of(arguments, "max_level");
  auto& items = answer["items"].get_array();
  std::size_t kept = 0;
  for (auto& item : items) {
    if (json::find_int(item, "level").value_or(1) > highest) continue;
    if (&items[kept] != &item) items[kept] = std::move(item);
    ++kept;
  }
  auto const dropped = items.size() - kept;
  items.resize(kept);
  if (dropped > 0) answer["higher_levels"] = fmt::format("{} rows; see max_level", dropped);
}

constexpr Param kSchedule{
    .name = "schedule",
    .description = "Name or id.",
    .in = In::path,
    .required = true,
    .lookup = &kScheduleLookup,
};

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_list_oncalls",
        .title = "List on-calls",
        .description = "Who is on call, now or at a time, for a service, policy, schedule, team or "
                       "person.",
        .toolset = "oncall",
        .call = {.path = "/oncalls?include[]=users"},
        .params =
            {
                {.name = "service",
                 .description = "Name or id.",
                 .in = In::none,
                 .needs = "!escalation_policy !team",
                 .lookup = &kServiceLookup},
                {.name = "escalation_policy",
                 .description = "Names or ids.",
                 .kind = Kind::string_list,
                 .needs = "!team",
                 .wire = "escalation_policy_ids[]",
                 .lookup = &kPolicyLookup},
                {.name = "schedule",
                 .description = "Names or ids.",
                 .kind = Kind::string_list,
                 .wire = "schedule_ids[]",
                 .lookup = &kScheduleLookup},
                kUsers,
                {.name = "team",
                 .description = "Name or id.",
                 .in = In::none,
                 .lookup = &kTeamLookup},
                {.name = "at",
                 .description = "Without it now: ISO 8601 or now+2h.",
                 .kind = Kind::timestamp,
                 .wire = "since"},
                {.name = "until", .kind = Kind::timestamp},
                {.name = "earliest",
                 .description = "Only the next shift of each person.",
                 .kind = Kind::boolean,
                 .fallback = "true"},
                {.name = "max_level",
                 .description = "Of escalation; 1 is paged first.",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "1",
                 .min = 1,
                 .max = 20},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "oncalls",
        .keep = "policy=escalation_policy.summary~100 level=escalation_level "
                "user{id name=summary~100 email~100} schedule=schedule.summary~100 start end",
        .source =
            "https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls",
        .make = make_list_oncalls,
        .finish = drop_higher_levels,
    },
    {
        .name = "pagerduty_list_schedules",
        .title = "List schedules",
        .description = "On-call schedules by name or team.",
        .toolset = "oncall",
        .call = {.path = "/schedules"},
        .params = {kQuery, kTeams, kLimit, kCursor},
        .paging = kOffset,
        .root = "schedules",
        .keep = "id name~100 description~150 time_zone teams=teams.summary~100 "
                "policies=escalation_policies.summary~100",
        .scopes = "schedules.read",
        .source = "https://developer.pagerduty.com/api-reference/846ecf84402bb-list-schedules",
    },
    {
        .name = "pagerduty_get_schedule",
        .title = "Get schedule",
        .description = "The shifts of a schedule, with overrides, and the times when nobody is on "
                       "call.",
        .toolset = "oncall",
        .call = {.path = "/schedules/{schedule}"},
        .params =
            {
                kSchedule,
                {.name = "since", .kind = Kind::timestamp, .fallback = "now"},
                {.name = "until",
                 .description = "ISO 8601 or now+14d.",
                 .kind = Kind::timestamp,
                 .fallback = "now+7d"},
                {.name = "layers",
                 .description = "With the rules of rotation.",
                 .in = In::none,
                 .kind = Kind::boolean},
            },
        .foreign = "name description teams policies overrides.user shifts.user layers.name "
                   "layers.users",
        .scopes = "schedules.read",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1schedules~1%7Bid%7D/get",
        .run = get_schedule,
    },
    {
        .name = "pagerduty_create_schedule_override",
        .title = "Create schedule override",
        .description =
            "Put somebody on call in place of whom the schedule says; dry_run shows whom.",
        .toolset = "oncall",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/schedules/{schedule}/overrides"},
        .params =
            {
                kSchedule,
                {.name = "user",
                 .description = "E-mail, name, id or me.",
                 .in = In::none,
                 .required = true,
                 .lookup = &kUserLookup},
                {.name = "start", .in = In::none, .kind = Kind::timestamp, .required = true},
                {.name = "end", .in = In::none, .kind = Kind::timestamp, .required = true},
                {.name = "dry_run", .in = In::none, .kind = Kind::boolean},
            },
        .foreign = "schedule replaces.user user",
        .scopes = "schedules.read and schedules.write",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1schedules~1%7Bid%7D~1overrides/post",
        .run = create_schedule_override,
    },
    {
        .name = "pagerduty_list_escalation_policies",
        .title = "List escalation policies",
        .description = "Who is paged in which order, by policy name, team or person.",
        .toolset = "oncall",
        .call = {.path = "/escalation_policies"},
        .params = {kQuery, kTeams, kUsers, kLimit, kCursor},
        .paging = kOffset,
        .root = "escalation_policies",
        .keep = "id name~100 loops=num_loops teams=teams.summary~100 "
                "levels=escalation_rules{delay_min=escalation_delay_in_minutes "
                "targets=targets.summary~100}",
        .scopes = "escalation_policies.read",
        .source =
            "https://developer.pagerduty.com/api-reference/51b21014a4f5a-list-escalation-policies",
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> oncall_tools = kTools;

}  // namespace davit::connectors::pagerduty
