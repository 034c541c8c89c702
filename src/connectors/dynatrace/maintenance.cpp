#include <optional>
#include <string>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/invocation.h"
#include "connector/text.h"
#include "connectors/dynatrace/escape.h"
#include "connectors/dynatrace/tables.h"

namespace davit::connectors::dynatrace {
namespace {

// The times of a window have no zone of their own, so they are all given in UTC.
Result<std::string> utc_time(const Invocation& call, Str name) {
  auto const text = std::string(call.text(name));
  auto time = from_rfc3339(text);
  if (!time) time = from_rfc3339(text + 'Z');
  if (!time) time = from_rfc3339(text + "T00:00:00Z");
  if (!time) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("{} must be a time such as 2026-11-20T14:00:00Z", name)
    );
  }
  auto shown = to_rfc3339(*time);
  shown.pop_back();
  return shown;
}

json::Array texts(const Invocation& call, Str name) {
  json::Array out;
  for (auto const text : call.list(name)) out.push_back(json::Value(text));
  return out;
}

// Within one filter everything must hold, between filters one is enough: each entity has its own.
json::Array filters_of(const Invocation& call) {
  auto const filter = [&](std::optional<Str> id) {
    json::Object out{
        {"entityTags", texts(call, "tags")},
        {"managementZones", texts(call, "management_zones")},
    };
    if (id) out["entityId"] = *id;
    return out;
  };
  json::Array filters;
  for (auto const id : call.list("entity_ids")) filters.push_back(filter(id));
  if (filters.empty() && (call.has("tags") || call.has("management_zones"))) {
    filters.push_back(filter(std::nullopt));
  }
  return filters;
}

// Without a filter a window silences the whole environment; nobody shall do that by leaving
// something out.
Result<> check_scope(const json::Object& arguments) {
  for (auto const id : list_of(arguments, "entity_ids")) {
    if (is_entity_id(id)) continue;
    return Error(
        ErrorKind::invalid_input,
        "entity_ids must be ids such as SERVICE-6D5CE5A5CA4AA4C9; dynatrace_find_entities has them"
    );
  }
  auto const has_filter = arguments.contains("entity_ids") || arguments.contains("tags") ||
                          arguments.contains("management_zones");
  auto const* all = arguments.if_contains("all_entities");
  auto const is_all = all != nullptr && all->is_bool() && all->get_bool();
  if (has_filter != is_all) return {};
  return Error(
      ErrorKind::invalid_input,
      has_filter
          ? "all_entities does not go with a filter"
          : "name entity_ids, tags or management_zones, or set all_entities: true to silence "
            "the whole environment"
  );
}

// What the one object of the answer says: 200, or 207 around another code.
Result<json::Object> outcome_of(const json::Value& answer, bool is_dry_run) {
  auto const* object = json::find(answer, "0");
  if (object == nullptr) return Error(ErrorKind::protocol, "Dynatrace answered without an object");
  auto const code = json::find_int(*object, "code").value_or(0);
  if (code >= 200 && code < 300) {
    json::Object out{{is_dry_run ? "valid" : "created", true}};
    if (auto const id = json::find_string(*object, "objectId")) out["object_id"] = *id;
    return out;
  }
  std::string why(json::find_string(*object, "error.message").value_or("it was refused"));
  while (why.ends_with('.')) why.pop_back();
  if (auto const* violations = json::find_array(*object, "error.constraintViolations")) {
    for (auto const& violation : *violations) {
      why += fmt::format(
          "; {}: {}",
          json::find_string(violation, "path").value_or(""),
          json::find_string(violation, "message").value_or("")
      );
    }
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("Dynatrace answered {}: {}", code, shortened(without_invisible(why), 600))
  );
}

// https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/environment-api/
// settings/schemas/builtin-alerting-maintenance-window
Async<json::Value> create_maintenance_window(Invocation call) {
  DAVIT_CO_TRY(auto const start, utc_time(call, "start"));
  DAVIT_CO_TRY(auto const end, utc_time(call, "end"));
  if (end <= start) co_return Error(ErrorKind::invalid_input, "end must be after start");
  json::Object value{
      {"enabled", true},
      {"generalProperties",
       {
           {"name", call.text("name")},
           {"description", call.text("description")},
           {"maintenanceType", call.text("type")},
           {"suppression", call.text("suppression")},
           {"disableSyntheticMonitorExecution", false},
       }},
      {"schedule",
       {
           {"scheduleType", "ONCE"},
           {"onceRecurrence", {{"startTime", start}, {"endTime", end}, {"timeZone", "UTC"}}},
       }},
      {"filters", filters_of(call)},
  };
  json::Object object{
      {"schemaId", "builtin:alerting.maintenance-window"},
      {"scope", "environment"},
      {"value", std::move(value)},
  };
  json::Array objects;
  objects.push_back(std::move(object));
  auto const is_dry_run = call.flag("dry_run");
  auto const path = is_dry_run ? "v2:/settings/objects?validateOnly=true" : "v2:/settings/objects";
  DAVIT_CO_TRY(
      auto const answer, co_await call.request(http::Method::post, path, std::move(objects))
  );
  DAVIT_CO_TRY(auto out, outcome_of(answer, is_dry_run));
  out["start"] = start + 'Z';
  out["end"] = end + 'Z';
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "dynatrace_create_maintenance_window",
        .title = "Create maintenance window",
        .description = "Silence alerts once, for entities, tags or zones, while work goes on.",
        .toolset = "maintenance",
        .effect = Effect::destroy,
        .params =
            {
                {.name = "name", .in = In::none, .required = true},
                {.name = "description", .in = In::none},
                {.name = "start",
                 .description = "ISO 8601, or now+1h.",
                 .in = In::none,
                 .kind = Kind::timestamp,
                 .required = true},
                {.name = "end", .in = In::none, .kind = Kind::timestamp, .required = true},
                {.name = "suppression",
                 .in = In::none,
                 .choices = "DETECT_PROBLEMS_DONT_ALERT|DETECT_PROBLEMS_AND_ALERT|"
                            "DONT_DETECT_PROBLEMS",
                 .fallback = "DETECT_PROBLEMS_DONT_ALERT"},
                {.name = "type",
                 .in = In::none,
                 .choices = "PLANNED|UNPLANNED",
                 .fallback = "PLANNED"},
                {.name = "entity_ids", .in = In::none, .kind = Kind::string_list, .max = 50},
                {.name = "tags",
                 .description = "As key:value.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .max = 20},
                {.name = "management_zones",
                 .description = "Ids.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .max = 20},
                {.name = "all_entities",
                 .description = "In place of filters: everything.",
                 .in = In::none,
                 .kind = Kind::boolean},
                {.name = "dry_run",
                 .description = "Only validate.",
                 .in = In::none,
                 .kind = Kind::boolean},
            },
        .source = "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/"
                  "environment-api/settings/objects/post-object",
        .check = check_scope,
        .run = create_maintenance_window,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> maintenance_tools = kTools;

}  // namespace davit::connectors::dynatrace
