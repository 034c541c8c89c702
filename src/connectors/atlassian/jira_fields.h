// Fields of a Jira site. Custom fields have another id at every site, so people name them by what
// they see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connector/invocation.h"

namespace davit::connectors::atlassian {

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-get
struct Field {
  std::string id;
  std::string name;     // as people see it
  std::string type;     // "string", "user", "array"...
  std::string items;    // of an array
  std::string custom;   // the kind of a custom field
  std::string project;  // the id of the only project that has it
  std::string clause;   // its name in JQL
};

class Catalogue {
 public:
  // Of the answer to GET /field.
  explicit Catalogue(const json::Value& fields);

  const std::vector<Field>& fields() const { return fields_; }

  // By id, by the name that people see, or by ours ("type", "due_date"). Errors: invalid_input: no
  // such field, or several with that name, with their ids.
  Result<const Field*> find(std::string_view name) const;
  // Null when there is none.
  const Field* by_id(std::string_view id) const;
  // The one that holds the sprint; null at a site without Jira Software.
  const Field* sprint() const;
  Result<const Field*> story_points() const;

 private:
  std::vector<Field> fields_;
};

// Kept for five minutes.
Async<Catalogue> fetch_catalogue(connector::Invocation call);

// The name of a field in our answers: "type" for "issuetype", and what people see for a custom one.
std::string shown_name(const Field& field);
std::string shown_name(std::string_view id, std::string_view name);

bool is_rich(const Field& field);

}  // namespace davit::connectors::atlassian
