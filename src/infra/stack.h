// Stack: the infrastructure of a deployment as a graph of resources that refer to each other. The
// concerns fill it; writers turn it into CloudFormation and into pictures.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "infra/resource_type.h"
#include "infra/value.h"

namespace davit::infra {

// What a resource is part of. When one template would be too large, it is split between these, and
// a resource refers only to its own layer and those before it.
enum class Layer { registry, network, shared, edge, compute, watch };
std::string_view name_of(Layer layer);

struct Resource {
  std::string id;  // logical: letters and digits, stable between versions of a manifest
  const ResourceType* type = nullptr;
  Layer layer = Layer::shared;
  json::Object properties;
  std::vector<std::string> depends_on;  // beside what the properties refer to
  bool is_retained = false;             // stays, with its data, when the stack goes
  std::string server;                   // whose it is; empty: everybody's
  // Properties that a release changes after the stack has made them. The plan leaves them alone.
  std::vector<std::string> released;

  // These return the resource, for use where it is added.
  Resource& needs(std::string_view other);
  Resource& retained();
  Resource& of_server(std::string_view name);
  Resource& released_by(std::vector<std::string> names);
};

struct Output {
  std::string id;
  std::string description;
  Value value;
};

struct Parameter {
  std::string id;
  std::string type = "String";
  std::string description;
  std::string standard;  // its default
  std::string pattern;   // that the value must match; may be empty
};

// Decided when the template is applied, from its parameters.
struct Condition {
  std::string id;
  Value value;
};

// Something a reader of the template should know, printed beside it and never part of it.
struct Note {
  std::string text;
};

class Stack {
 public:
  explicit Stack(std::string name, std::string description)
      : name_(std::move(name)), description_(std::move(description)) {}

  // The resource is valid as long as the stack. The id must be new, and made of letters and digits.
  Resource& add(Layer layer, std::string id, TypeName type, json::Object properties);
  void add_output(std::string id, std::string description, Value value);
  void add_parameter(Parameter parameter);
  void add_condition(std::string id, Value value);
  void add_note(std::string text);
  // A tag for every resource that can have one. Later ones of the same key replace earlier ones.
  void add_tag(std::string key, Value value);

  // Null pointer when there is none.
  const Resource* find(std::string_view id) const;
  Resource* find(std::string_view id);
  const std::deque<Resource>& resources() const { return resources_; }
  const std::vector<Output>& outputs() const { return outputs_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Condition>& conditions() const { return conditions_; }
  const std::vector<Note>& notes() const { return notes_; }
  const std::vector<std::pair<std::string, Value>>& tags() const { return tags_; }
  const std::string& name() const { return name_; }
  const std::string& description() const { return description_; }

 private:
  std::string name_;
  std::string description_;
  std::deque<Resource> resources_;
  std::vector<Output> outputs_;
  std::vector<Parameter> parameters_;
  std::vector<Condition> conditions_;
  std::vector<Note> notes_;
  std::vector<std::pair<std::string, Value>> tags_;
};

// The properties with the stack's tags, the server's and the resource's own in the type's form.
json::Object with_tags(const Stack& stack, const Resource& resource);

}  // namespace davit::infra
