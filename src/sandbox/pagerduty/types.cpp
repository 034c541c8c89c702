// Incident types, and the one custom field that the account has.
#include "sandbox/pagerduty/answers.h"
#include "sandbox/pagerduty/incidents.h"

namespace davit::sandbox::pagerduty {
namespace {

using enum http::Method;

constexpr std::string_view kFieldId = "PFAFFCT";
constexpr std::string_view kFieldName = "affected_flow";

json::Object show_type(std::string_view id, std::string_view name, std::string_view title) {
  json::Object shown{
      {"id", id},
      {"type", "incident_type"},
      {"name", name},
      {"display_name", title},
      {"description", nullptr},
      {"enabled", true},
      {"parent", nullptr},
      {"created_at", "2025-05-31T13:40:47.000Z"},
      {"updated_at", "2025-07-31T13:40:47.000Z"}
  };
  if (id != "PTYPE01") {
    shown["parent"] = json::Object{{"id", "PTYPE01"}, {"type", "incident_type_reference"}};
  }
  return shown;
}

http::Response list_types(World&, Call&) {
  json::Array types;
  types.push_back(show_type("PTYPE01", "incident_default", "Base Incident"));
  types.push_back(show_type("PTYPE02", "major_incident", "Major Incident"));
  return json_answer(json::Object{{"incident_types", std::move(types)}});
}

json::Object show_field(const Incident* incident) {
  json::Object shown{
      {"id", kFieldId},
      {"type", incident == nullptr ? "field" : "field_value"},
      {"name", kFieldName},
      {"display_name", "Affected flow"},
      {"description", "What customers cannot do"},
      {"data_type", "string"},
      {"field_type", "single_value"}
  };
  if (incident != nullptr) {
    shown["value"] = incident->affected.empty() ? json::Value(nullptr)
                                                : json::Value(json::String(incident->affected));
  }
  return shown;
}

json::Object fields(const Incident* incident) {
  json::Array all;
  all.push_back(show_field(incident));
  return {{"custom_fields", std::move(all)}};
}

http::Response list_fields(World&, Call&) {
  auto all = fields(nullptr);
  return json_answer(json::Object{{"fields", std::move(all["custom_fields"])}});
}

http::Response values(World& world, Call& call) {
  DAVIT_TRY(auto const* const incident, incident_of(world, call));
  return json_answer(fields(incident));
}

http::Response set_values(World& world, Call& call) {
  DAVIT_TRY(auto* const incident, incident_of(world, call));
  auto const* given = json::find_array(call.body, "custom_fields");
  if (given == nullptr) return invalid("Custom fields is missing");
  for (auto const& one : *given) {
    if (body_text(one, "id") != kFieldId && body_text(one, "name") != kFieldName) {
      return invalid("Custom field could not be found");
    }
    incident->affected = body_text(one, "value");
  }
  return json_answer(fields(incident), 201);
}

constexpr Route<World> kRoutes[] = {
    {get, "/incidents/types", list_types},
    {get, "/incidents/custom_fields", list_fields},
    {get, "/incidents/:id/custom_fields/values", values},
    {put, "/incidents/:id/custom_fields/values", set_values},
};

}  // namespace

Routes type_routes() { return kRoutes; }

}  // namespace davit::sandbox::pagerduty
