// The documents that make up one schema: where its subschemas are, under which URIs and anchors
// they are known, and what a reference leads to (Core 8.2). Private to the schema_*.cpp files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "json/schema.h"
#include "json/schema_program.h"

namespace davit::json {

// Which vocabularies are in force (Core 8.1.2). Core always is; the others only annotate.
struct Dialect {
  bool applicator = true;
  bool unevaluated = true;
  bool validation = true;
  bool assert_formats = false;
};

struct Resource {
  std::string uri;  // absolute, without fragment; may be empty for the root
  NodeIndex root;
  Dialect dialect;
  std::map<std::string, NodeIndex, std::less<>> anchors;  // the dynamic ones too
  std::map<std::string, NodeIndex, std::less<>> dynamic_anchors;
};

// A subschema. `parent`, `keyword`, `member` or `index` say where it stands.
struct Place {
  const Value* schema;
  std::uint32_t resource;
  NodeIndex parent;
  std::string_view keyword;
  std::optional<std::string_view> member;
  std::optional<std::size_t> index;
};

class Resources {
 public:
  // `options` must outlive it.
  explicit Resources(const SchemaOptions& options) : options_(options) {}

  // Registers a document and all its subschemas; its root is the node returned. `document` must
  // outlive it.
  Result<NodeIndex> add_document(const Value& document, std::string uri);

  struct Target {
    NodeIndex node;
    std::string_view dynamic_anchor;  // by which it was named; empty when it was not
  };
  // What `reference` in a schema of this resource means; loads documents on the way.
  Result<Target> locate(std::uint32_t resource, std::string_view reference);

  // The subschema at an address that lies in a known document.
  NodeIndex node_of(const Value& schema) const { return nodes_.at(&schema); }
  const std::vector<Place>& places() const { return places_; }
  const std::vector<Resource>& resources() const { return resources_; }

  // "schema at /properties/a", for messages.
  std::string describe(NodeIndex node) const;

  // The document with this URI, from our own or from `resolve`; null when there is none.
  const Value* document(std::string_view uri);

 private:
  Result<> check_size(const Value& value, std::size_t depth);
  NodeIndex add_place(Place place);
  // Reads the place `first` and all below it.
  Result<> scan(NodeIndex first);
  Result<> open_resource(NodeIndex node, const Object& schema);
  Result<> note_anchors(NodeIndex node, const Object& schema);
  void add_children(NodeIndex node, const Object& schema);
  Result<Dialect> dialect_of(std::string_view uri);
  Result<NodeIndex> at_pointer(std::uint32_t resource, std::string_view pointer);
  Error bad(NodeIndex node, std::string_view what) const;

  const SchemaOptions& options_;
  std::vector<Place> places_;  // a place's index is its node's
  std::vector<Resource> resources_;
  std::unordered_map<const Value*, NodeIndex> nodes_;
  std::map<std::string, std::uint32_t, std::less<>> by_uri_;
  std::map<std::string, Value, std::less<>> own_documents_;
  std::deque<std::string> own_texts_;  // that places_ has views of
  std::size_t values_ = 0;
};

}  // namespace davit::json
