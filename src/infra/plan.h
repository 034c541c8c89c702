// Plan: what would change if one template took the place of another, before anybody asks AWS.
#pragma once

#include <string>
#include <vector>

#include "json/json.h"

namespace davit::infra {

struct PropertyChange {
  std::string path;        // "ContainerDefinitions[gitlab].Image"
  std::string plain_path;  // without places in lists, "ContainerDefinitions/Image"
  std::string before;      // short text; empty: was not there
  std::string after;
  bool replaces = false;  // the resource is made anew for it
  bool released = false;  // a release sets it; applying the template leaves it alone
};

struct Change {
  // In the order in which a reader wants to see them.
  enum class Kind { replace, remove, add, update };
  Kind kind = Kind::update;
  std::string id;
  std::string type;
  std::vector<PropertyChange> properties;
  std::string because;   // another resource's id, when it follows from that one's replacement
  bool is_kept = false;  // removed from the stack, and kept by AWS with what is in it
};
std::string_view name_of(Change::Kind kind);

// A right that somebody gets, or a way into the network that opens.
struct Widening {
  std::string id;
  std::string what;  // "may s3:PutObject on ...", "tcp 443 from 0.0.0.0/0"
};

struct Plan {
  std::vector<Change> changes;  // sorted by kind, then in the order of the templates
  std::vector<Widening> rights;
  std::vector<Widening> network;
  bool has_changes() const;  // beside those of a release
};

// Templates with functions in their long form; a null stands for an empty one. Numbers and texts of
// the same letters are equal, as they are for CloudFormation.
Plan compare(const json::Value& before, const json::Value& after);

json::Value to_json(const Plan& plan);

}  // namespace davit::infra
