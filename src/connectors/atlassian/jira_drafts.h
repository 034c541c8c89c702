// Drafts: what a caller says about an issue, as the fields that Jira takes, and what became of it.
#pragma once

#include <string>

#include "connector/invocation.h"
#include "connectors/atlassian/jira_fields.h"

namespace davit::connectors::atlassian {

// `given` has the members of jira_create_issue. Errors: invalid_input: unknown people, fields...
Async<json::Object> draft_fields(connector::Invocation call, json::Object given);

// Adds the members of `fields`, by the names that people see. Errors: invalid_input.
Async<> add_named_fields(connector::Invocation call, json::Object fields, json::Object* out);

// What of the asked fields is in the issue, by the names of our answers; and what is not, with both
// values.
struct Outcome {
  json::Object applied;
  json::Object not_applied;
};
Outcome compare(const json::Object& asked, const json::Value& issue, const Catalogue& catalogue);

// The list of fields when one of `asked` needs a name from it; an empty one otherwise.
Async<Catalogue> catalogue_for(connector::Invocation call, json::Object asked);

// A refusal with what the form says of the fields that it names, or that it misses.
Error explain_refusal(const Error& refusal, const json::Array& form, const json::Object& asked);
bool is_refused_form(const Error& error);

}  // namespace davit::connectors::atlassian
