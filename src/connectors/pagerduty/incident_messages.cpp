// What is said and asked about an incident: notes, updates, help, silence, merging.
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/projection.h"
#include "connector/text.h"
#include "connectors/pagerduty/caller.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

// "1 second to 7 days". https://developer.pagerduty.com/docs/rest-api-v2/errors/ codes 1012, 1013
constexpr std::chrono::seconds kLongestSnooze = std::chrono::days(7);

constexpr Keep kTarget =
    "type=responder_request_target.type id=responder_request_target.id "
    "state=responder_request_target.incidents_responders.state "
    "name=responder_request_target.summary~100";

std::optional<std::chrono::seconds> snooze_length(const json::Object& arguments) {
  auto const length = parse_length(text_of(arguments, "duration"));
  if (!length || length->count() < 1 || *length > kLongestSnooze) return std::nullopt;
  return length;
}

Result<> check_snooze(const json::Object& arguments) {
  if (snooze_length(arguments)) return {};
  return Error(ErrorKind::invalid_input, "duration must be such as 30m, 4h or 2d, at most 7d");
}

Async<ApiRequest> make_snooze(Invocation call) {
  DAVIT_CO_TRY(auto request, co_await make_for_incident(call));
  auto const length = snooze_length(call.arguments()).value_or(std::chrono::hours(1));
  request.body = json::to_text(json::Object{{"duration", length.count()}});
  co_return request;
}

void finish_snooze(const json::Object&, json::Object& answer) {
  // The point where PagerDuty opens it again.
  auto const* pending = answer.if_contains("pending");
  json::Value until;
  auto const* actions = pending == nullptr ? nullptr : pending->if_array();
  for (auto const& action : actions == nullptr ? json::Array() : *actions) {
    auto const at = json::find_string(action, "at");
    if (at && json::find_string(action, "type") == "unacknowledge") until = *at;
  }
  answer.erase("pending");
  if (!until.is_null()) answer["until"] = std::move(until);
}

Async<ApiRequest> make_merge(Invocation call) {
  auto const into = std::string(call.text("into"));
  DAVIT_CO_TRY(auto const target, co_await incident_id(call, into));
  call.arguments()["into"] = target;
  json::Array sources;
  json::Array ids;
  for (auto const source : call.list("sources")) {
    auto given = std::string(source);
    DAVIT_CO_TRY(auto const id, co_await incident_id(call, std::move(given)));
    if (id == target) continue;
    sources.push_back(json::Object{{"id", id}, {"type", "incident_reference"}});
    ids.emplace_back(id);
  }
  if (sources.empty()) co_return Error(ErrorKind::invalid_input, "sources: name another incident");
  call.arguments()["sources"] = std::move(ids);
  DAVIT_CO_TRY(auto request, build_request(call.tool(), call.arguments()));
  request.body = json::to_text(json::Object{{"source_incidents", std::move(sources)}});
  co_return request;
}

void finish_merge(const json::Object& arguments, json::Object& answer) {
  answer["merged"] = list_of(arguments, "sources").size();
}

void add_targets(json::Array& targets, const std::vector<Str>& ids, Str type) {
  for (auto const id : ids) {
    targets.push_back(json::Object{
        {"responder_request_target", json::Object{{"id", id}, {"type", type}}},
    });
  }
}

Async<json::Value> add_responders(Invocation call) {
  json::Array targets;
  add_targets(targets, call.list("users"), "user_reference");
  add_targets(targets, call.list("escalation_policies"), "escalation_policy_reference");
  if (targets.empty()) {
    co_return Error(ErrorKind::invalid_input, "nobody to ask: give users or escalation_policies");
  }
  auto const given = std::string(call.text("incident"));
  DAVIT_CO_TRY(auto const incident, co_await incident_id(call, given));
  DAVIT_CO_TRY(auto const requester, co_await caller_id(call));
  json::Value const body = json::Object{
      {"requester_id", requester},
      {"message", call.text("message")},
      {"responder_request_targets", std::move(targets)},
  };
  auto const path = fmt::format("/incidents/{}/responder_requests", incident);
  DAVIT_CO_TRY(auto const answer, co_await call.request(http::Method::post, path, body));
  auto const* asked = json::find(answer, "responder_request.responder_request_targets");
  if (asked == nullptr) co_return answered_without("whom it asked");
  json::Object out{{"incident", incident}};
  out["asked"] = Projection(kTarget).apply(*asked, {});
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_add_incident_note",
        .title = "Add incident note",
        .description = "Add a note that responders read. It cannot be deleted.",
        .toolset = "incidents",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/incidents/{incident}/notes"},
        .params =
            {
                kIncident,
                {.name = "content", .in = In::body, .required = true, .wire = "note.content"},
            },
        .root = "note",
        .keep = "id by=user.summary~100 at=created_at",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1notes/post",
        .make = make_for_incident,
    },
    {
        .name = "pagerduty_snooze_incident",
        .title = "Snooze incident",
        .description = "Acknowledge an incident and keep it silent for a while.",
        .toolset = "incidents",
        .effect = Effect::write,
        .call = {.method = http::Method::post, .path = "/incidents/{incident}/snooze"},
        .params =
            {
                kIncident,
                {.name = "duration",
                 .description = "30m, 4h, at most 7d.",
                 .in = In::none,
                 .fallback = "1h"},
            },
        .root = "incident",
        .keep = "number=incident_number id status pending=pending_actions{type at}",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1snooze/post",
        .check = check_snooze,
        .make = make_snooze,
        .finish = finish_snooze,
    },
    {
        .name = "pagerduty_merge_incidents",
        .title = "Merge incidents",
        .description = "Move the alerts of incidents into another and resolve them. Cannot be "
                       "undone.",
        .toolset = "incidents",
        .effect = Effect::destroy,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::put, .path = "/incidents/{into}/merge"},
        .params =
            {
                {.name = "into",
                 .description = "Id, number or web address.",
                 .in = In::path,
                 .required = true},
                {.name = "sources",
                 .description = "Ids, numbers or web addresses.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .required = true,
                 .max = 50},
            },
        .root = "incident",
        .keep = "id incident=summary~200 url=html_url",
        .timeout_s = 60,
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1merge/put",
        .make = make_merge,
        .finish = finish_merge,
    },
    {
        .name = "pagerduty_post_status_update",
        .title = "Post status update",
        .description = "Tell the stakeholders of an incident; they get it by mail.",
        .toolset = "incidents",
        .effect = Effect::destroy,
        .call = {.method = http::Method::post, .path = "/incidents/{incident}/status_updates"},
        .params =
            {
                kIncident,
                {.name = "message", .in = In::body, .required = true},
                {.name = "subject", .in = In::body},
                {.name = "html_message", .in = In::body},
            },
        .root = "status_update",
        .keep = "id at=created_at by=sender.summary~100",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1status_updates/post",
        .make = make_for_incident,
    },
    {
        .name = "pagerduty_add_responders",
        .title = "Add responders",
        .description = "Ask more people to help with an incident. Pages them.",
        .toolset = "incidents",
        .effect = Effect::destroy,
        .call = {.method = http::Method::post, .path = "/incidents/{incident}/responder_requests"},
        .params =
            {
                kIncident,
                {.name = "users",
                 .description = "E-mails, names or ids.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .lookup = &kUserLookup},
                {.name = "escalation_policies",
                 .description = "Names or ids.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .lookup = &kPolicyLookup},
                {.name = "message", .in = In::none, .required = true},
            },
        .foreign = "asked.name",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1responder_requests/post",
        .run = add_responders,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> incident_message_tools = kTools;

}  // namespace davit::connectors::pagerduty
