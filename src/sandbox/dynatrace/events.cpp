// Events: list, one, ingest.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/entity_selector.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/timeframe.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

// EventIngest.eventType of the API's document.
constexpr std::string_view kTypes[] = {
    "AVAILABILITY_EVENT",
    "CUSTOM_ALERT",
    "CUSTOM_ANNOTATION",
    "CUSTOM_CONFIGURATION",
    "CUSTOM_DEPLOYMENT",
    "CUSTOM_INFO",
    "ERROR_EVENT",
    "MARKED_FOR_TERMINATION",
    "PERFORMANCE_EVENT",
    "RESOURCE_CONTENTION_EVENT",
};
constexpr std::int64_t kDefaultTimeout = 15;  // minutes, and the cap
constexpr std::int64_t kMaxTimeout = 360;

std::string_view status_of(const Event& event, Time now) {
  return event.end > now ? "OPEN" : "CLOSED";
}

json::Object show_event(const Store& store, Time now, const Event& event) {
  json::Array properties;
  for (auto const& [key, value] : event.properties) {
    properties.push_back(json::Object{{"key", key}, {"value", value}});
  }
  auto const* entity = store.find_entity(event.entity);
  return {
      {"eventId", event.id},
      {"startTime", to_millis(event.start)},
      {"endTime", to_millis(event.end)},
      {"eventType", event.type},
      {"title", event.title},
      {"entityId", show_stub(store, event.entity)},
      {"properties", std::move(properties)},
      {"status", status_of(event, now)},
      {"correlationId", event.correlation},
      {"entityTags", show_tags(entity == nullptr ? std::vector<std::string>() : entity->tags)},
      {"managementZones", show_zones(entity == nullptr ? "" : entity->zone)},
      {"underMaintenance", false},
      {"suppressAlert", false},
      {"suppressProblem", false},
      {"frequentEvent", false},
  };
}

bool matches(const Event& event, Time now, const Selector& all) {
  return std::ranges::all_of(all, [&](const Criterion& one) {
    if (one.name == "eventId") return one.has(event.id);
    if (one.name == "entityId") return one.has(event.entity);
    if (one.name == "status") return one.has_similar(status_of(event, now));
    if (one.name == "eventType") return one.has(event.type);
    if (one.name == "correlationId") return one.has(event.correlation);
    if (!one.name.starts_with("property.")) return one.has("false");
    return std::ranges::any_of(event.properties, [&](auto const& pair) {
      return one.name.substr(9) == pair.first && one.has(pair.second);
    });
  });
}

Or<Selector> read_selector(const Call& call) {
  constexpr std::string_view kKnown[] = {
      "eventId",
      "entityId",
      "status",
      "eventType",
      "correlationId",
      "underMaintenance",
      "suppressAlert",
      "suppressProblem",
      "frequentEvent",
  };
  DAVIT_TRY(auto all, parse_selector(call.text("eventSelector").value_or(""), "eventSelector"));
  for (auto const& one : all) {
    auto const is_known = one.name.starts_with("property.") ||
                          std::ranges::find(kKnown, std::string_view(one.name)) != std::end(kKnown);
    if (!is_known || one.values.empty()) {
      return violation("eventSelector", fmt::format("Unknown criterion '{}'", one.name));
    }
    if (one.name == "eventType" && one.values.size() > 1) {
      return violation("eventSelector", "Only one event type can be specified");
    }
  }
  return all;
}

http::Response list_events(World& world, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  DAVIT_TRY(auto const timeframe, read_timeframe(call, "now-2h"));
  DAVIT_TRY(auto const selector, read_selector(call));
  std::vector<const Entity*> entities;
  if (auto const text = call.text("entitySelector")) {
    DAVIT_TRY(entities, select_entities(world.store, *text));
  }
  std::vector<const Event*> rows;
  for (auto const& event : world.store.events) {
    if (!timeframe.overlaps(event.start, event.end)) continue;
    if (!matches(event, call.now, selector)) continue;
    auto const is_about = [&](const Entity* one) { return one->id == event.entity; };
    if (call.has("entitySelector") && std::ranges::none_of(entities, is_about)) continue;
    rows.push_back(&event);
  }
  sort_keeping_order(rows, [](auto const* a, auto const* b) { return a->start > b->start; });
  return paged_rows(
      call,
      {.name = "events", .size = 100, .max_size = 1000},
      rows,
      [&](const Event& event) { return show_event(world.store, call.now, event); }
  );
}

http::Response get_event(World& world, Call& call) {
  auto const found = std::ranges::find(world.store.events, call.arg("id"), &Event::id);
  if (found == world.store.events.end()) {
    return error(404, fmt::format("Event with ID '{}' not found", call.arg("id")));
  }
  return json_answer(show_event(world.store, call.now, *found));
}

Or<Texts> read_properties(const Call& call) {
  Texts properties;
  auto const* given = json::find_object(call.body, "properties");
  if (given == nullptr) return properties;
  constexpr std::string_view kReserved[] = {"dt.event.", "dt.davis.", "dt.entity."};
  for (auto const& [key, value] : *given) {
    std::string_view const name = key;
    auto const is_reserved =
        name.starts_with("dt.") &&
        std::ranges::none_of(kReserved, [&](auto prefix) { return name.starts_with(prefix); });
    auto const path = fmt::format("properties.{}", name);
    if (is_reserved) return bad_body(path, "Property keys with prefix 'dt.' are not allowed");
    if (!value.is_string()) return bad_body(path, "must be a string");
    properties.emplace_back(name, json::view(value.get_string()));
  }
  return properties;
}

http::Response ingest(World& world, Call& call) {
  auto const type = body_text(call, "eventType");
  auto const title = body_text(call, "title");
  if (std::ranges::find(kTypes, type) == std::end(kTypes)) {
    return bad_body("eventType", fmt::format("must be one of [{}]", fmt::join(kTypes, ", ")));
  }
  if (title.empty()) return bad_body("title", "must not be null");
  DAVIT_TRY(auto const properties, read_properties(call));
  auto const start = json::find_int(call.body, "startTime").value_or(to_millis(call.now));
  auto const latest = to_millis(call.now + std::chrono::days(7));
  if (start < 0 || start > latest) {
    return bad_body("startTime", "must not be more than 7 days in the future");
  }
  auto const timeout = std::clamp<std::int64_t>(
      json::find_int(call.body, "timeout").value_or(kDefaultTimeout), 1, kMaxTimeout
  );
  auto const end =
      json::find_int(call.body, "endTime").value_or(start + timeout * std::int64_t{60'000});
  if (end < start) return bad_body("endTime", "must not be before startTime");

  // "If not set, the event is associated with the environment entity."
  auto const selector =
      json::find_string(call.body, "entitySelector").value_or("type(\"ENVIRONMENT\")");
  DAVIT_TRY(auto const entities, select_entities(world.store, selector));
  json::Array results;
  for (auto const* entity : entities) {
    auto const number = ++world.store.last_id;
    auto const correlation = stable_hex(fmt::format("{}{}{}", entity->id, type, title), 16);
    world.store.events.push_back(
        {.id = fmt::format("{}_{}", 4'000'000 + number, start),
         .type = type,
         .title = title,
         .entity = entity->id,
         .start = Time(std::chrono::milliseconds(start)),
         .end = Time(std::chrono::milliseconds(end)),
         .correlation = correlation,
         .properties = properties}
    );
    results.push_back(json::Object{{"correlationId", correlation}, {"status", "OK"}});
  }
  return json_answer(
      json::Object{{"reportCount", results.size()}, {"eventIngestResults", results}}, 201
  );
}

constexpr Row kRoutes[] = {
    {get, "/events", list_events},
    {get, "/events/:id", get_event},
    {post, "/events/ingest", ingest},
};

}  // namespace

std::span<const Row> event_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
