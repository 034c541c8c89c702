// Settings objects; the schema of maintenance windows is the one that is checked.
#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"
#include "sandbox/dynatrace/paging.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

constexpr std::string_view kMaintenance = "builtin:alerting.maintenance-window";

struct Choice {
  std::string_view path;
  std::string_view allowed;  // with commas between
};

constexpr Choice kChoices[] = {
    {"generalProperties.maintenanceType", "PLANNED,UNPLANNED"},
    {"generalProperties.suppression",
     "DETECT_PROBLEMS_AND_ALERT,DETECT_PROBLEMS_DONT_ALERT,DONT_DETECT_PROBLEMS"},
    {"schedule.scheduleType", "ONCE,DAILY,WEEKLY,MONTHLY"},
};

json::Object complaint(std::string_view path, std::string_view message) {
  return {
      {"path", path},
      {"message", message},
      {"parameterLocation", "PAYLOAD_BODY"},
      {"location", nullptr}
  };
}

// "2026-11-21T10:00:00", without a zone, which has its own field.
bool is_local_time(std::string_view text) {
  return text.size() == 19 && text[10] == 'T' && parse_time(text).has_value();
}

void check_once(const json::Value& value, json::Array& complaints) {
  auto const text = [&](std::string_view name) {
    return json::find_string(value, fmt::format("schedule.onceRecurrence.{}", name)).value_or("");
  };
  for (std::string_view const name : {"startTime", "endTime"}) {
    if (!is_local_time(text(name))) {
      complaints.push_back(complaint(
          fmt::format("schedule/onceRecurrence/{}", name),
          "Given value does not match the pattern yyyy-MM-dd'T'HH:mm:ss"
      ));
    }
  }
  if (complaints.empty() && text("endTime") <= text("startTime")) {
    complaints.push_back(
        complaint("schedule/onceRecurrence/endTime", "The end must be after the start")
    );
  }
  if (text("timeZone").empty()) {
    complaints.push_back(
        complaint("schedule/onceRecurrence/timeZone", "Required property is missing")
    );
  }
}

json::Array check_maintenance(const json::Value& value) {
  json::Array complaints;
  if (!json::find_bool(value, "enabled")) {
    complaints.push_back(complaint("enabled", "Required property is missing"));
  }
  if (json::find_string(value, "generalProperties.name").value_or("").empty()) {
    complaints.push_back(complaint("generalProperties/name", "Required property is missing"));
  }
  for (auto const& [path, allowed] : kChoices) {
    auto const given = json::find_string(value, path).value_or("");
    auto const options = split(allowed, ',');
    if (std::ranges::find(options, given) != options.end()) continue;
    std::string slashed(path);
    std::ranges::replace(slashed, '.', '/');
    complaints.push_back(
        complaint(slashed, fmt::format("Given value '{}' is not in enum [{}]", given, allowed))
    );
  }
  if (json::find_string(value, "schedule.scheduleType") == "ONCE") check_once(value, complaints);
  return complaints;
}

json::Object refused(int code, std::string_view message, json::Array complaints) {
  json::Object inner{{"code", code}, {"message", message}};
  if (!complaints.empty()) inner["constraintViolations"] = std::move(complaints);
  return {{"code", code}, {"error", std::move(inner)}};
}

// One of the list's objects: what goes into the answer.
json::Object create(World& world, const Call& call, const json::Value& given) {
  auto const schema = json::find_string(given, "schemaId").value_or("");
  auto const* value = json::find(given, "value");
  if (!schema.starts_with("builtin:") && !schema.starts_with("app:")) {
    return refused(404, fmt::format("Schema '{}' does not exist", schema), {});
  }
  if (value == nullptr || !value->is_object()) {
    return refused(400, "Validation failed for 1 objects.", {complaint("value", "must be set")});
  }
  auto complaints = schema == kMaintenance ? check_maintenance(*value) : json::Array{};
  if (!complaints.empty()) {
    auto out = refused(400, "Validation failed for 1 Validators.", std::move(complaints));
    out["invalidValue"] = *value;
    return out;
  }
  if (call.flag("validateOnly")) return {{"code", 200}};
  auto const scope = json::find_string(given, "scope").value_or("environment");
  auto const id = base64url_encode(fmt::format("{}/{}/{}", schema, scope, ++world.store.last_id));
  world.store.settings.push_back({id, std::string(schema), std::string(scope), *value, call.now});
  return {{"code", 200}, {"objectId", id}};
}

// 200 when all are fine, 400 when a single one is not, 207 when some are not: the vendor's
// document.
http::Response post_objects(World& world, Call& call) {
  if (!call.body.is_array()) return error(400, "Could not map JSON: an array is expected");
  json::Array results;
  std::size_t failed = 0;
  for (auto const& given : call.body.get_array()) {
    auto one = create(world, call, given);
    if (one.at("code") != 200) ++failed;
    results.push_back(std::move(one));
  }
  if (failed == 0) return json_answer(results);
  if (results.size() > 1) return json_answer(results, 207);
  auto const status = json::find_int(results.front(), "code").value_or(400);
  return json_answer(results, static_cast<int>(status));
}

json::Object show(const SettingsObject& one) {
  return {
      {"objectId", one.id},
      {"schemaId", one.schema},
      {"schemaVersion", "2.15"},
      {"scope", one.scope},
      {"value", one.value},
      {"created", to_millis(one.created)},
      {"modified", to_millis(one.created)},
      {"author", story::kCaller.email},
      {"updateToken", stable_hex(one.id, 24)},
  };
}

http::Response list_objects(World& world, Call& call) {
  if (auto wrong = turn_page(call)) return *std::move(wrong);
  auto const schemas = split(call.text("schemaIds").value_or(""), ',');
  if (!call.has("schemaIds") && !call.has("scopes")) {
    return violation("schemaIds", "At least one of schemaIds and scopes must be set");
  }
  std::vector<const SettingsObject*> rows;
  for (auto const& one : world.store.settings) {
    auto const fits = !call.has("schemaIds") ||
                      std::ranges::find(schemas, std::string_view(one.schema)) != schemas.end();
    if (fits) rows.push_back(&one);
  }
  return paged_rows(call, {.name = "items", .size = 100}, rows, show);
}

auto find(World& world, const Call& call) {
  return std::ranges::find(world.store.settings, call.arg("id"), &SettingsObject::id);
}

http::Response no_object(const Call& call) {
  return error(404, fmt::format("Settings not found: {}", call.arg("id")));
}

http::Response get_object(World& world, Call& call) {
  auto const found = find(world, call);
  return found == world.store.settings.end() ? no_object(call) : json_answer(show(*found));
}

http::Response delete_object(World& world, Call& call) {
  auto const found = find(world, call);
  if (found == world.store.settings.end()) return no_object(call);
  world.store.settings.erase(found);
  return no_content();
}

constexpr Row kRoutes[] = {
    {post, "/settings/objects", post_objects},
    {get, "/settings/objects", list_objects},
    {get, "/settings/objects/:id", get_object},
    {del, "/settings/objects/:id", delete_object},
};

}  // namespace

std::span<const Row> settings_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
