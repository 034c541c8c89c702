// Monitored entities and their types.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/entity_selector.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/timeframe.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

void add_relation(json::Object& kinds, std::string_view kind, const Entity& other) {
  auto& list = kinds[kind];
  if (list.is_null()) list = json::Array{};
  list.get_array().push_back(json::Object{{"id", other.id}, {"type", other.type}});
}

json::Object from_relations(const Store& store, const Entity& entity) {
  json::Object kinds;
  for (auto const& [kind, other] : entity.relations) {
    if (auto const* found = store.find_entity(other)) add_relation(kinds, kind, *found);
  }
  return kinds;
}

json::Object to_relations(const Store& store, const Entity& entity) {
  json::Object kinds;
  for (auto const& [id, other] : store.entities) {
    for (auto const& [kind, target] : other.relations) {
      if (target == entity.id) add_relation(kinds, kind, other);
    }
  }
  return kinds;
}

json::Object wanted_properties(const Call& call, const Entity& entity) {
  json::Object wanted;
  for (auto const& [key, value] : entity.properties) {
    if (wants_field(call, fmt::format("properties.{}", std::string_view(key)))) wanted[key] = value;
  }
  return wanted;
}

// `shows_all`: one entity without `fields` comes whole, in a list only what is asked for.
json::Object show_entity(
    const Store& store, const Call& call, const Entity& entity, bool shows_all
) {
  auto const wants = [&](std::string_view name) { return shows_all || wants_field(call, name); };
  json::Object out{{"entityId", entity.id}, {"type", entity.type}, {"displayName", entity.name}};
  if (wants("firstSeenTms")) out["firstSeenTms"] = to_millis(entity.first_seen);
  if (wants("lastSeenTms")) out["lastSeenTms"] = to_millis(call.now);
  if (wants("properties")) {
    out["properties"] = entity.properties;
  } else if (auto some = wanted_properties(call, entity); !some.empty()) {
    out["properties"] = std::move(some);
  }
  if (wants("tags")) out["tags"] = show_tags(entity.tags);
  if (wants("managementZones")) out["managementZones"] = show_zones(entity.zone);
  if (wants("icon")) out["icon"] = json::Object{{"primaryIconType", to_lower(entity.type)}};
  if (wants("fromRelationships")) out["fromRelationships"] = from_relations(store, entity);
  if (wants("toRelationships")) out["toRelationships"] = to_relations(store, entity);
  return out;
}

http::Response list_entities(World& world, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  auto const selector = call.text("entitySelector");
  if (!selector) return violation("entitySelector", "The entity selector must not be empty");
  DAVIT_TRY(auto found, select_entities(world.store, *selector));
  DAVIT_TRY(auto const timeframe, read_timeframe(call, "now-3d"));
  std::erase_if(found, [&](auto const* one) { return one->first_seen > timeframe.to; });
  std::ranges::sort(found, {}, [](auto const* one) { return one->name; });
  if (call.text("sort").value_or("").starts_with("-")) std::ranges::reverse(found);
  return paged_rows(call, {.name = "entities"}, found, [&](const Entity& entity) {
    return show_entity(world.store, call, entity, false);
  });
}

http::Response get_entity(World& world, Call& call) {
  auto const* entity = world.store.find_entity(call.arg("id"));
  if (entity == nullptr) {
    return error(404, fmt::format("Entity with ID '{}' not found", call.arg("id")));
  }
  return json_answer(show_entity(world.store, call, *entity, !call.has("fields")));
}

struct EntityType {
  std::string_view type;
  std::string_view name;
  std::string_view dimension;
};

constexpr EntityType kTypes[] = {
    {"APPLICATION", "Web application", "dt.entity.application"},
    {"CLOUD_APPLICATION", "Kubernetes workload", "dt.entity.cloud_application"},
    {"CLOUD_APPLICATION_NAMESPACE", "Kubernetes namespace", "dt.entity.cloud_application_namespace"
    },
    {"ENVIRONMENT", "Environment", "dt.entity.environment"},
    {"HOST", "Host", "dt.entity.host"},
    {"KUBERNETES_CLUSTER", "Kubernetes cluster", "dt.entity.kubernetes_cluster"},
    {"PROCESS_GROUP", "Process group", "dt.entity.process_group"},
    {"PROCESS_GROUP_INSTANCE", "Process", "dt.entity.process_group_instance"},
    {"SERVICE", "Service", "dt.entity.service"},
};

json::Object show_type(const Store& store, const EntityType& type) {
  std::set<std::string> properties;
  std::set<std::pair<std::string, std::string>> relations;
  for (auto const& [id, entity] : store.entities) {
    if (entity.type != type.type) continue;
    for (auto const& property : entity.properties) properties.emplace(property.key());
    for (auto const& [kind, other] : entity.relations) {
      relations.emplace(kind, other.substr(0, other.rfind('-')));
    }
  }
  json::Array property_list;
  for (auto const& name : properties) {
    property_list.push_back(json::Object{{"id", name}, {"displayName", name}, {"type", "String"}});
  }
  json::Array from;
  for (auto const& [kind, other] : relations) {
    from.push_back(json::Object{{"id", kind}, {"toTypes", json::Array{json::Value(other)}}});
  }
  return {
      {"type", type.type},
      {"displayName", type.name},
      {"dimensionKey", type.dimension},
      {"entityLimitExceeded", false},
      {"properties", std::move(property_list)},
      {"tags", "List"},
      {"managementZones", "List"},
      {"fromRelationships", std::move(from)},
      {"toRelationships", json::Array{}},
  };
}

http::Response list_types(World& world, Call& call) {
  if (auto refused = turn_page(call)) return *std::move(refused);
  return paged(call, {.name = "types"}, std::size(kTypes), [&](std::size_t index) {
    return json::Value(show_type(world.store, kTypes[index]));
  });
}

http::Response get_type(World& world, Call& call) {
  auto const* type = std::ranges::find(kTypes, call.arg("type"), &EntityType::type);
  if (type == std::end(kTypes)) {
    return error(404, fmt::format("Entity type '{}' not found", call.arg("type")));
  }
  return json_answer(show_type(world.store, *type));
}

constexpr Row kRoutes[] = {
    {get, "/entities", list_entities},
    {get, "/entities/:id", get_entity},
    {get, "/entityTypes", list_types},
    {get, "/entityTypes/:type", get_type},
};

}  // namespace

std::span<const Row> entity_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
