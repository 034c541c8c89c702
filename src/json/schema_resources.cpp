#include "json/schema_resources.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "json/metaschemas.h"
#include "json/schema_explain.h"
#include "json/uri.h"

namespace davit::json {
namespace {

enum class Shape { one, list, map };

// The keywords under which subschemas stand. Nothing else is looked into: what stands in `enum` or
// under a keyword we do not know is data.
struct SchemaKeyword {
  std::string_view name;
  Shape shape;
};
constexpr SchemaKeyword kSchemaKeywords[] = {
    {"$defs", Shape::map},
    {"definitions", Shape::map},  // its name up to draft 7, still common
    {"properties", Shape::map},
    {"patternProperties", Shape::map},
    {"dependentSchemas", Shape::map},
    {"allOf", Shape::list},
    {"anyOf", Shape::list},
    {"oneOf", Shape::list},
    {"prefixItems", Shape::list},
    {"additionalProperties", Shape::one},
    {"propertyNames", Shape::one},
    {"unevaluatedProperties", Shape::one},
    {"items", Shape::one},
    {"contains", Shape::one},
    {"unevaluatedItems", Shape::one},
    {"not", Shape::one},
    {"if", Shape::one},
    {"then", Shape::one},
    {"else", Shape::one},
    {"contentSchema", Shape::one},
};

// Core 8.1.2 and Validation 3: the vocabularies of 2020-12.
constexpr std::string_view kVocabularies = "https://json-schema.org/draft/2020-12/vocab/";
constexpr std::string_view kVocabularyNames[] = {
    "core",
    "applicator",
    "unevaluated",
    "validation",
    "meta-data",
    "format-annotation",
    "format-assertion",
    "content",
};

std::string_view without_empty_fragment(std::string_view uri) {
  return uri.ends_with('#') ? uri.substr(0, uri.size() - 1) : uri;
}

}  // namespace

Result<NodeIndex> Resources::add_document(const Value& document, std::string uri) {
  if (auto const known = nodes_.find(&document); known != nodes_.end()) {
    by_uri_.emplace(std::move(uri), places_[known->second].resource);
    return known->second;
  }
  DAVIT_CHECK(check_size(document, 0));
  auto const resource = static_cast<std::uint32_t>(resources_.size());
  auto const root = add_place({.schema = &document, .resource = resource, .parent = kNoNode});
  Dialect dialect;
  dialect.assert_formats = options_.assert_formats;
  by_uri_.emplace(uri, resource);
  resources_.push_back({.uri = std::move(uri), .root = root, .dialect = dialect});
  DAVIT_CHECK(scan(root));
  return root;
}

Result<> Resources::check_size(const Value& value, std::size_t depth) {
  if (++values_ > options_.max_values) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("the schema has more than {} values", options_.max_values)
    );
  }
  if (depth > options_.max_depth) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("the schema is nested more than {} levels deep", options_.max_depth)
    );
  }
  if (auto const* object = value.if_object()) {
    for (auto const& member : *object) DAVIT_CHECK(check_size(member.value(), depth + 1));
  } else if (auto const* array = value.if_array()) {
    for (auto const& item : *array) DAVIT_CHECK(check_size(item, depth + 1));
  }
  return {};
}

NodeIndex Resources::add_place(Place place) {
  auto const node = static_cast<NodeIndex>(places_.size());
  nodes_.emplace(place.schema, node);
  places_.push_back(place);
  return node;
}

Result<> Resources::scan(NodeIndex first) {
  // The places are the queue of what is still to be read.
  for (auto node = first; node < places_.size(); ++node) {
    if (places_.size() > options_.max_subschemas) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("the schema has more than {} subschemas", options_.max_subschemas)
      );
    }
    auto const* schema = places_[node].schema->if_object();
    if (schema == nullptr) continue;
    DAVIT_CHECK(open_resource(node, *schema));
    DAVIT_CHECK(note_anchors(node, *schema));
    add_children(node, *schema);
  }
  return {};
}

// A schema with `$id` begins a resource (Core 8.2.1), and so does a document.
Result<> Resources::open_resource(NodeIndex node, const Object& schema) {
  auto& place = places_[node];
  if (auto const* id = schema.if_contains("$id")) {
    if (!id->is_string()) return bad(node, "$id must be a string");
    auto const& outer = resources_[place.resource];
    auto uri = resolve_uri(outer.uri, without_empty_fragment(view(id->get_string())));
    if (uri.find('#') != std::string::npos) {
      return bad(node, "$id must be a URI without fragment; $anchor gives a schema a name");
    }
    if (outer.root == node) {
      resources_[place.resource].uri = uri;
    } else {
      resources_.push_back({.uri = uri, .root = node, .dialect = outer.dialect});
      place.resource = static_cast<std::uint32_t>(resources_.size() - 1);
    }
    auto const [known, added] = by_uri_.emplace(uri, place.resource);
    if (!added && known->second != place.resource) {
      return bad(node, fmt::format("two schemas have the $id {}", quote(uri)));
    }
  }
  auto& resource = resources_[place.resource];
  auto const* dialect = schema.if_contains("$schema");
  if (resource.root != node || dialect == nullptr) return {};
  if (!dialect->is_string()) return bad(node, "$schema must be a string");
  auto found = dialect_of(without_empty_fragment(view(dialect->get_string())));
  if (!found) return bad(node, found.error().message());
  resource.dialect = *found;
  return {};
}

Result<> Resources::note_anchors(NodeIndex node, const Object& schema) {
  auto& resource = resources_[places_[node].resource];
  for (auto const* keyword : {"$anchor", "$dynamicAnchor"}) {
    auto const* name = schema.if_contains(keyword);
    if (name == nullptr) continue;
    if (!name->is_string()) return bad(node, fmt::format("{} must be a string", keyword));
    std::string const text(view(name->get_string()));
    auto const [known, added] = resource.anchors.emplace(text, node);
    if (!added && known->second != node) {
      return bad(node, fmt::format("two schemas have the anchor {}", quote(text)));
    }
    if (std::string_view(keyword) == "$dynamicAnchor") resource.dynamic_anchors.emplace(text, node);
  }
  return {};
}

void Resources::add_children(NodeIndex node, const Object& schema) {
  auto const resource = places_[node].resource;
  auto const add = [&](const Value& child, std::string_view keyword) {
    return add_place({.schema = &child, .resource = resource, .parent = node, .keyword = keyword});
  };
  for (auto const& [keyword, shape] : kSchemaKeywords) {
    auto const* value = schema.if_contains(keyword);
    if (value == nullptr) continue;
    if (shape == Shape::one) {
      add(*value, keyword);
    } else if (shape == Shape::map && value->is_object()) {
      for (auto const& member : value->get_object()) {
        places_[add(member.value(), keyword)].member = std::string_view(member.key());
      }
    } else if (shape == Shape::list && value->is_array()) {
      std::size_t index = 0;
      for (auto const& item : value->get_array()) places_[add(item, keyword)].index = index++;
    }
  }
}

Result<Dialect> Resources::dialect_of(std::string_view uri) {
  Dialect dialect;
  dialect.assert_formats = options_.assert_formats;
  if (uri == kDialect) return dialect;
  auto const* meta = document(uri);
  if (meta == nullptr) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("$schema names the dialect {}, but only {} is known", quote(uri), kDialect)
    );
  }
  auto const* object = meta->if_object();
  auto const* vocabularies = object == nullptr ? nullptr : object->if_contains("$vocabulary");
  if (vocabularies == nullptr || !vocabularies->is_object()) return dialect;
  auto const& used = vocabularies->get_object();
  auto const has = [&](std::string_view name) {
    return used.contains(std::string(kVocabularies).append(name));
  };
  for (auto const& member : used) {
    auto name = std::string_view(member.key());
    if (name.starts_with(kVocabularies)) {
      name.remove_prefix(kVocabularies.size());
      if (std::ranges::find(kVocabularyNames, name) != std::end(kVocabularyNames)) continue;
    }
    auto const* required = member.value().if_bool();
    if (required != nullptr && *required) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("{} requires the unknown vocabulary {}", quote(uri), quote(member.key()))
      );
    }
  }
  dialect.applicator = has("applicator");
  dialect.unevaluated = has("unevaluated");
  dialect.validation = has("validation");
  dialect.assert_formats = options_.assert_formats || has("format-assertion");
  return dialect;
}

const Value* Resources::document(std::string_view uri) {
  if (auto const own = own_documents_.find(uri); own != own_documents_.end()) return &own->second;
  if (auto const text = metaschema(uri)) {
    if (auto value = parse(*text)) {
      return &own_documents_.emplace(std::string(uri), *std::move(value)).first->second;
    }
  }
  return options_.resolve ? options_.resolve(uri) : nullptr;
}

Result<Resources::Target> Resources::locate(std::uint32_t resource, std::string_view reference) {
  auto const whole = resolve_uri(resources_[resource].uri, reference);
  auto const hash = whole.find('#');
  auto const uri = std::string_view(whole).substr(0, hash);
  auto const encoded = hash == std::string::npos ? "" : std::string_view(whole).substr(hash + 1);
  auto const fragment = percent_decode(encoded);
  if (!fragment)
    return Error(ErrorKind::invalid_input, fmt::format("{} has a broken %-escape", quote(whole)));
  auto known = by_uri_.find(uri);
  if (known == by_uri_.end()) {
    auto const* found = document(uri);
    if (found == nullptr) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("{} is not known, and nothing is fetched", quote(uri))
      );
    }
    DAVIT_CHECK(add_document(*found, std::string(uri)));
    known = by_uri_.find(uri);
  }
  auto const& target = resources_[known->second];
  if (fragment->empty()) return Target{target.root, {}};
  if (fragment->starts_with('/')) {
    DAVIT_TRY(auto const node, at_pointer(known->second, *fragment));
    return Target{node, {}};
  }
  if (auto const at = target.dynamic_anchors.find(*fragment); at != target.dynamic_anchors.end()) {
    return Target{at->second, at->first};
  }
  if (auto const at = target.anchors.find(*fragment); at != target.anchors.end()) {
    return Target{at->second, {}};
  }
  return Error(ErrorKind::invalid_input, fmt::format("{} does not exist", quote(whole)));
}

Result<NodeIndex> Resources::at_pointer(std::uint32_t resource, std::string_view pointer) {
  auto const* value = places_[resources_[resource].root].schema;
  for (auto rest = pointer; !rest.empty();) {
    rest.remove_prefix(1);
    auto const end = std::min(rest.find('/'), rest.size());
    value = step_into(*value, rest.substr(0, end));
    if (value == nullptr) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("{} does not exist", quote("#" + std::string(pointer)))
      );
    }
    rest.remove_prefix(end);
    if (auto const known = nodes_.find(value); known != nodes_.end()) {
      resource = places_[known->second].resource;
    }
  }
  if (auto const known = nodes_.find(value); known != nodes_.end()) return known->second;
  // It stands under a keyword that we do not know, and is a schema because it is referred to.
  auto const& text = own_texts_.emplace_back(pointer.substr(1));
  auto const node = add_place(
      {.schema = value, .resource = resource, .parent = resources_[resource].root, .keyword = text}
  );
  DAVIT_CHECK(scan(node));
  return node;
}

std::string Resources::describe(NodeIndex node) const {
  std::string pointer;
  auto at = node;
  for (; places_[at].parent != kNoNode; at = places_[at].parent) {
    auto const& place = places_[at];
    auto part = fmt::format("/{}", shortened(place.keyword));
    if (place.member) append_pointer_token(part, shortened(*place.member));
    if (place.index) part += fmt::format("/{}", *place.index);
    pointer.insert(0, part);
  }
  auto const& uri = resources_[places_[at].resource].uri;
  return fmt::format("schema{}{} at #{}", uri.empty() ? "" : " ", shortened(uri), pointer);
}

Error Resources::bad(NodeIndex node, std::string_view what) const {
  return Error(ErrorKind::invalid_input, fmt::format("{}: {}", describe(node), what));
}

}  // namespace davit::json
