// What people are told and asked in an incident: status updates and responder requests.
#include <fmt/format.h>

#include "sandbox/pagerduty/activity.h"
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/entities.h"
#include "sandbox/pagerduty/incidents.h"
#include "sandbox/pagerduty/oncall.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

http::Response write_status_update(World& world, Call& call) {
  DAVIT_TRY(auto const* const from, sender(world, call));
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto const message = body_text(call.body, "message");
  auto const subject = body_text(call.body, "subject");
  auto const html = body_text(call.body, "html_message");
  if (message.empty()) return invalid("Message cannot be empty");
  if (subject.empty() != html.empty()) {
    return invalid("Subject and html_message must be given together");
  }
  write_log(
      world.store,
      *incident,
      {call.now,
       agent_of(*from),
       "status_update",
       fmt::format("Status update sent by {}.", from->name),
       {{"type", "status_update"}, {"message", message}}}
  );
  json::Object update{
      {"id", world.store.new_id()},
      {"message", message},
      {"sender", reference(world, "user", from->id)},
      {"created_at", stamp(call.now)}
  };
  if (!html.empty()) {
    update["subject"] = subject;
    update["html_message"] = html;
  }
  return json_answer(json::Object{{"status_update", std::move(update)}});
}

// Whom a target means: the user, or whom the policy pages first.
std::string user_of(const World& world, std::string_view type, std::string_view id, Time now) {
  if (type.starts_with("user")) return std::string(id);
  auto const* policy = find(world.store.policies, id);
  return policy == nullptr ? std::string() : on_call(world.store, *policy, 1, now);
}

Or<json::Array> ask_targets(
    World& world, const Call& call, Incident& incident, const User& requester
) {
  auto const* given = json::find_array(call.body, "responder_request_targets");
  if (given == nullptr || given->empty()) return invalid("Responder request targets is missing");
  json::Array targets;
  for (auto const& one : *given) {
    auto const type = body_text(one, "responder_request_target.type");
    auto const id = body_text(one, "responder_request_target.id");
    auto const user = user_of(world, type, id, call.now);
    auto const is_policy = find(world.store.policies, id) != nullptr;
    if (!is_policy && find(world.store.users, user) == nullptr) {
      return invalid("Responder request target could not be found");
    }
    json::Array responders;
    if (!user.empty()) {
      responders.push_back(json::Object{
          {"state", "pending"},
          {"user", reference(world, "user", user)},
          {"incident", reference(world, "incident", incident.id)},
          {"updated_at", stamp(call.now)},
          {"message", body_text(call.body, "message")},
          {"requester", reference(world, "user", requester.id)},
          {"requested_at", stamp(call.now)}
      });
    }
    incident.responders.insert(incident.responders.end(), responders.begin(), responders.end());
    targets.push_back(json::Object{
        {"responder_request_target",
         json::Object{{"type", type}, {"id", id}, {"incidents_responders", std::move(responders)}}}
    });
  }
  return targets;
}

http::Response ask_for_help(World& world, Call& call) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto const* requester = find(world.store.users, body_text(call.body, "requester_id"));
  if (requester == nullptr) return invalid("Requester could not be found");
  DAVIT_TRY(auto targets, ask_targets(world, call, *incident, *requester));
  json::Object request{
      {"incident", reference(world, "incident", incident->id)},
      {"requester", reference(world, "user", requester->id)},
      {"requested_at", stamp(call.now)},
      {"message", body_text(call.body, "message")},
      {"responder_request_targets", std::move(targets)}
  };
  incident->responder_requests.push_back(request);
  write_log(
      world.store,
      *incident,
      {call.now,
       agent_of(*requester),
       "responder_request",
       fmt::format("{} asked for help.", requester->name)}
  );
  return json_answer(json::Object{{"responder_request", std::move(request)}});
}

constexpr Route<World> kRoutes[] = {
    {post, "/incidents/:id/status_updates", write_status_update},
    {post, "/incidents/:id/responder_requests", ask_for_help},
};

}  // namespace

Routes response_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty
