#include "connector/arguments.h"
#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/pagerduty/tables.h"
#include "connectors/pagerduty/times.h"

namespace davit::connectors::pagerduty {
namespace {

// Of an incident, PagerDuty chooses what belongs to it and takes neither a time nor a page.
Async<ApiRequest> make_list(Invocation call) {
  if (call.has("incident")) co_return co_await make_for_incident(call);
  if (!call.has("since")) {
    auto const now = call.instance().collaborators().clock.now();
    call.arguments()["since"] = to_timestamp("24h", now).value_or("");
  }
  // "As a UTC ISO 8601 datetime string. Will return an HTTP 400 for non-UTC datetimes."
  make_whole(call.arguments(), {"since", "until"});
  co_return build_request(call.tool(), call.arguments());
}

// An empty list would look like no change at all.
void say_since(const json::Object& arguments, json::Object& answer) {
  auto const since = text_of(arguments, "since");
  if (!since.empty()) answer["since"] = since;
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_list_change_events",
        .title = "List change events",
        .description =
            "Deployments and other changes, newest first: of a service, of all, or those "
            "related to an incident.",
        .toolset = "changes",
        .call =
            {.path = "/incidents/{incident}/related_change_events"
                     "|/services/{service}/change_events|/change_events"},
        .params =
            {
                {.name = "service",
                 .description = "Name or id.",
                 .in = In::path,
                 .needs = "!incident",
                 .lookup = &kServiceLookup},
                {.name = "incident", .description = "Id, number or web address.", .in = In::path},
                {.name = "team",
                 .description = "Names or ids.",
                 .kind = Kind::string_list,
                 .needs = "!incident",
                 .wire = "team_ids[]",
                 .lookup = &kTeamLookup},
                {.name = "since",
                 .description = "Without it the last 24 hours.",
                 .kind = Kind::timestamp,
                 .needs = "!incident"},
                {.name = "until", .kind = Kind::timestamp, .needs = "!incident"},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "change_events",
        .keep = "at=timestamp summary~200 source~100 services{id name=summary~100} "
                "links{text~50 href~200} reason=correlation_reason.reason",
        .scopes = "change_events.read, services.read or incidents.read",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1change_events/get",
        .make = make_list,
        .finish = say_since,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> change_tools = kTools;

}  // namespace davit::connectors::pagerduty
