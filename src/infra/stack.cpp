#include "infra/stack.h"

#include <algorithm>
#include <cassert>

namespace davit::infra {

std::string_view name_of(Layer layer) {
  switch (layer) {
    case Layer::registry: return "registry";
    case Layer::network: return "network";
    case Layer::shared: return "shared";
    case Layer::edge: return "edge";
    case Layer::compute: return "compute";
    case Layer::watch: return "watch";
  }
  return "";
}

Resource& Resource::needs(std::string_view other) {
  depends_on.emplace_back(other);
  return *this;
}

Resource& Resource::retained() {
  is_retained = true;
  return *this;
}

Resource& Resource::of_server(std::string_view name) {
  server = name;
  return *this;
}

Resource& Resource::released_by(std::vector<std::string> names) {
  released = std::move(names);
  return *this;
}

Resource& Stack::add(Layer layer, std::string id, TypeName type, json::Object properties) {
  assert(find(id) == nullptr);
  auto& resource = resources_.emplace_back();
  resource.id = std::move(id);
  resource.type = type.type;
  resource.layer = layer;
  resource.properties = std::move(properties);
  return resource;
}

void Stack::add_output(std::string id, std::string description, Value value) {
  outputs_.push_back({std::move(id), std::move(description), std::move(value)});
}

void Stack::add_parameter(Parameter parameter) { parameters_.push_back(std::move(parameter)); }

void Stack::add_condition(std::string id, Value value) {
  conditions_.push_back({std::move(id), std::move(value)});
}

void Stack::add_note(std::string text) { notes_.push_back({std::move(text)}); }

void Stack::add_tag(std::string key, Value value) {
  auto const found = std::ranges::find(tags_, key, &std::pair<std::string, Value>::first);
  if (found != tags_.end()) {
    found->second = std::move(value);
  } else {
    tags_.emplace_back(std::move(key), std::move(value));
  }
}

const Resource* Stack::find(std::string_view id) const {
  auto const found = std::ranges::find(resources_, id, &Resource::id);
  return found == resources_.end() ? nullptr : &*found;
}

Resource* Stack::find(std::string_view id) {
  auto const found = std::ranges::find(resources_, id, &Resource::id);
  return found == resources_.end() ? nullptr : &*found;
}

json::Object with_tags(const Stack& stack, const Resource& resource) {
  auto properties = resource.properties;
  if (resource.type->tags == Tags::none) return properties;
  auto tags = stack.tags();
  if (!resource.server.empty()) tags.emplace_back("Server", resource.server);
  if (resource.type->tags == Tags::map) {
    auto& map = properties["Tags"];
    if (!map.is_object()) map.emplace_object();
    for (auto const& [key, value] : tags) map.get_object().emplace(key, value);
    return properties;
  }
  auto& list = properties["Tags"];
  if (!list.is_array()) list.emplace_array();
  for (auto const& [key, value] : tags) {
    auto const has_key = [&key](const Value& tag) { return json::find_string(tag, "Key") == key; };
    if (std::ranges::any_of(list.get_array(), has_key)) continue;
    list.get_array().push_back(json::Object{{"Key", key}, {"Value", value}});
  }
  return properties;
}

}  // namespace davit::infra
