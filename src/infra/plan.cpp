#include "infra/plan.h"

#include <algorithm>

#include "infra/property_changes.h"
#include "infra/resource_type.h"
#include "infra/value.h"
#include "infra/widening.h"

namespace davit::infra {
namespace {

const json::Object& empty_object() {
  static const json::Object empty;
  return empty;
}

const json::Object& resources_of(const json::Value& body) {
  auto const* object = json::find_object(body, "Resources");
  return object == nullptr ? empty_object() : *object;
}

const json::Object& properties_of(const json::Value& resource) {
  auto const* object = json::find_object(resource, "Properties");
  return object == nullptr ? empty_object() : *object;
}

std::string type_of(const json::Value& resource) {
  return std::string(json::find_string(resource, "Type").value_or(""));
}

Change make_change(Change::Kind kind, std::string_view id, const json::Value& resource) {
  return {.kind = kind, .id = std::string(id), .type = type_of(resource)};
}

// A path in ReleaseOwns, "Actions" or "ContainerDefinitions/Image", stands for all below it.
void mark_released(Change& change, const json::Value& after) {
  auto const* owned = json::find_array(after, "Metadata.Davit.ReleaseOwns");
  if (owned == nullptr) return;
  for (auto& property : change.properties) {
    std::string_view const path = property.plain_path;
    property.released = std::ranges::any_of(*owned, [path](const json::Value& name) {
      if (!name.is_string()) return false;
      auto const top = json::view(name.get_string());
      return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
    });
  }
}

// Whether AWS deletes what a stack no longer has.
void compare_policies(Change& change, const json::Value& before, const json::Value& after) {
  for (auto const* name : {"DeletionPolicy", "UpdateReplacePolicy"}) {
    auto const was = json::find_string(before, name).value_or("");
    auto const is = json::find_string(after, name).value_or("");
    if (was == is) continue;
    change.properties.push_back(
        {.path = name, .plain_path = name, .before = std::string(was), .after = std::string(is)}
    );
  }
}

Change compare_resource(std::string_view id, const json::Value& before, const json::Value& after) {
  auto change = make_change(Change::Kind::update, id, after);
  if (type_of(before) != type_of(after)) {
    change.kind = Change::Kind::replace;
    change.properties.push_back(
        {.path = "Type",
         .plain_path = "Type",
         .before = type_of(before),
         .after = type_of(after),
         .replaces = true}
    );
    return change;
  }
  change.properties = property_changes(
      find_resource_type(change.type), properties_of(before), properties_of(after)
  );
  mark_released(change, after);
  compare_policies(change, before, after);
  auto const replaces = [](const PropertyChange& property) {
    return property.replaces && !property.released;
  };
  if (std::ranges::any_of(change.properties, replaces)) change.kind = Change::Kind::replace;
  return change;
}

// The top property of a resource that refers to `id`; those that make it new come first.
std::string property_that_refers(
    const json::Value& resource, const ResourceType* type, std::string_view id, bool& replaces
) {
  std::string found;
  replaces = false;
  for (auto const& [name, value] : properties_of(resource)) {
    auto const references = references_in(value);
    auto const refers = std::ranges::any_of(references, [id](const Reference& reference) {
      return reference.id == id;
    });
    if (!refers) continue;
    if (found.empty()) found = name;
    if (type != nullptr && type->is_replaced_by(name)) {
      found = name;
      replaces = true;
    }
  }
  return found;
}

// A new resource has a new identity: who refers to it changes too, and may be made new in turn.
void follow_replacements(const json::Object& resources, std::vector<Change>& changes) {
  std::vector<std::string> open;
  for (auto const& change : changes) {
    if (change.kind == Change::Kind::replace) open.push_back(change.id);
  }
  while (!open.empty()) {
    auto const id = std::move(open.back());
    open.pop_back();
    for (auto const& [other, resource] : resources) {
      auto replaces = false;
      auto const* type = find_resource_type(type_of(resource));
      auto const property = property_that_refers(resource, type, id, replaces);
      if (property.empty()) continue;
      auto change = std::ranges::find(changes, std::string_view(other), &Change::id);
      auto const is_first = change == changes.end();
      if (is_first) {
        changes.push_back(make_change(Change::Kind::update, other, resource));
        change = changes.end() - 1;
      }
      auto const is_cause = replaces && change->kind == Change::Kind::update;
      if (!is_first && !is_cause) continue;
      change->because = id;
      change->properties.push_back(
          {.path = property,
           .plain_path = property,
           .before = id,
           .after = "the new " + id,
           .replaces = replaces}
      );
      if (is_cause) {
        change->kind = Change::Kind::replace;
        open.push_back(change->id);
      }
    }
  }
}

std::vector<Change> by_kind(const std::vector<Change>& changes) {
  std::vector<Change> sorted;
  for (auto const kind :
       {Change::Kind::replace, Change::Kind::remove, Change::Kind::add, Change::Kind::update}) {
    std::ranges::copy_if(changes, std::back_inserter(sorted), [kind](const Change& change) {
      return change.kind == kind;
    });
  }
  return sorted;
}

}  // namespace

std::string_view name_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::replace: return "replace";
    case Change::Kind::remove: return "remove";
    case Change::Kind::add: return "add";
    case Change::Kind::update: return "update";
  }
  return "";
}

bool Plan::has_changes() const {
  return std::ranges::any_of(changes, [](const Change& change) {
    return change.kind != Change::Kind::update || change.properties.empty() ||
           !std::ranges::all_of(change.properties, &PropertyChange::released);
  });
}

Plan compare(const json::Value& before, const json::Value& after) {
  auto const& old_resources = resources_of(before);
  auto const& new_resources = resources_of(after);
  Plan plan;
  for (auto const& [id, resource] : new_resources) {
    auto const* old = old_resources.if_contains(id);
    if (old == nullptr) {
      plan.changes.push_back(make_change(Change::Kind::add, id, resource));
      continue;
    }
    auto change = compare_resource(id, *old, resource);
    if (!change.properties.empty()) plan.changes.push_back(std::move(change));
  }
  for (auto const& [id, resource] : old_resources) {
    if (new_resources.contains(id)) continue;
    auto& change = plan.changes.emplace_back(make_change(Change::Kind::remove, id, resource));
    change.is_kept = json::find_string(resource, "DeletionPolicy") == "Retain";
  }
  follow_replacements(new_resources, plan.changes);
  plan.changes = by_kind(plan.changes);
  plan.rights = widened_rights(old_resources, new_resources);
  plan.network = widened_network(old_resources, new_resources);
  return plan;
}

json::Value to_json(const Plan& plan) {
  json::Array changes;
  for (auto const& change : plan.changes) {
    json::Object object{{"action", name_of(change.kind)}, {"id", change.id}, {"type", change.type}};
    if (!change.because.empty()) object["because"] = change.because;
    if (change.is_kept) object["kept"] = true;
    json::Array properties;
    for (auto const& property : change.properties) {
      properties.push_back(json::Object{
          {"path", property.path},
          {"before", property.before},
          {"after", property.after},
          {"replaces", property.replaces},
          {"release_owned", property.released}
      });
    }
    if (!properties.empty()) object["properties"] = std::move(properties);
    changes.push_back(std::move(object));
  }
  auto const list = [](const std::vector<Widening>& widenings) {
    json::Array array;
    for (auto const& widening : widenings) {
      array.push_back(json::Object{{"id", widening.id}, {"what", widening.what}});
    }
    return array;
  };
  return json::Object{
      {"changes", std::move(changes)},
      {"widened_rights", list(plan.rights)},
      {"widened_network", list(plan.network)}
  };
}

}  // namespace davit::infra
