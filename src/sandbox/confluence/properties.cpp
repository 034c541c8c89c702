// Content properties of pages.
#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/routes.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

json::Object show_property(const Property& property) {
  return {
      {"id", fmt::format("{}", property.id)},
      {"key", property.key},
      {"value", property.value},
      {"version",
       json::Object{
           {"number", property.version},
           {"message", ""},
           {"minorEdit", false},
           {"authorId", property.author},
           {"createdAt", to_text(property.created)}
       }}
  };
}

http::Response list_properties(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  auto const key = call.text("key");
  std::vector<const Property*> rows;
  for (auto const& [id, property] : world.store.properties) {
    if (property.page == page->id && (!key || property.key == *key)) rows.push_back(&property);
  }
  return v2_list(call, rows, [](const Property* one) { return show_property(*one); });
}

http::Response create_property(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  auto const key = text_of(member(call.body, "key"));
  auto const* value = member(call.body, "value");
  if (key.empty() || value == nullptr) return v2_error(400, "key and value are required");
  for (auto const& [id, property] : world.store.properties) {
    if (property.page == page->id && property.key == key) {
      return v2_error(409, fmt::format("A property with key '{}' already exists", key));
    }
  }
  auto const id = world.store.next_id++;
  auto const& made = world.store.properties[id] = {
      .id = id,
      .page = page->id,
      .key = key,
      .value = *value,
      .author = caller(),
      .created = call.now
  };
  return json_answer(show_property(made));
}

Or<Property*> property_arg(World& world, const Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  DAVIT_TRY(auto const id, id_arg(call, "property"));
  auto const found = world.store.properties.find(id);
  if (found == world.store.properties.end() || found->second.page != page->id) {
    return v2_not_found();
  }
  return &found->second;
}

http::Response get_property(World& world, Call& call) {
  DAVIT_TRY(auto const* property, property_arg(world, call));
  return json_answer(show_property(*property));
}

http::Response update_property(World& world, Call& call) {
  DAVIT_TRY(auto* property, property_arg(world, call));
  auto const* value = member(call.body, "value");
  if (value == nullptr) return v2_error(400, "value is required");
  DAVIT_TRY(auto const version, read_version(call.body, property->version, "property"));
  property->value = *value;
  property->version = static_cast<int>(json::find_int(version, "number").value_or(0));
  property->created = call.now;
  property->author = caller();
  return json_answer(show_property(*property));
}

http::Response delete_property(World& world, Call& call) {
  DAVIT_TRY(auto const* property, property_arg(world, call));
  world.store.properties.erase(property->id);
  return no_content();
}

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages/:id/properties", list_properties},
    {post, "/wiki/api/v2/pages/:id/properties", create_property},
    {get, "/wiki/api/v2/pages/:id/properties/:property", get_property},
    {put, "/wiki/api/v2/pages/:id/properties/:property", update_property},
    {del, "/wiki/api/v2/pages/:id/properties/:property", delete_property},
};

}  // namespace

std::span<const Route> property_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence
