// Creating and changing issues, from the bodies that Jira takes.
#pragma once

#include "sandbox/atlassian/fields.h"
#include "sandbox/atlassian/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

// Applies "fields" and "update" of a body to a draft. What is wrong, by field; empty when nothing.
json::Object apply_body(Store& store, Issue& draft, const json::Value& body);

// A new issue, not yet stored: with id and key of the next one.
struct Drafted {
  Issue issue;
  json::Object errors;
};
Drafted draft_issue(Store& store, const json::Value& body);
const Issue& add_issue(Store& store, Issue issue);

// Puts a draft in the place of what it was made from, and writes the difference into the history.
void save(Store& store, Issue draft);

}  // namespace davit::sandbox::atlassian
