// Writes: what happens to a record on its way into the database, whichever API it comes from: ACLs
// of fields, data policies, business rules, the journal and the audit.
#pragma once

#include <string_view>

#include "sandbox/rest.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

// The members of a JSON body as the fields they set. What is no column is ignored. With
// `as_display`, labels and names are turned into values and times are in the caller's zone.
Fields read_fields(
    const World& world, std::string_view table, const json::Object& body, bool as_display = false
);

// The record, or 403 when a policy or a rule forbids it. What an ACL protects is dropped silently.
Or<Record*> create(World& world, std::string_view table, Fields fields);
std::optional<http::Response> update(World& world, Record& record, Fields fields);

}  // namespace davit::sandbox::servicenow
