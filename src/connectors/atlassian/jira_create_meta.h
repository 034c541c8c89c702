// What a form asks for: which fields an issue of a type may or must have.
#pragma once

#include <string>

#include "connector/invocation.h"

namespace davit::connectors::atlassian {

// The fields of the form for a new issue. Errors: invalid_input for a type that the project does
// not have, with those that it has.
Async<json::Array> fetch_create_fields(
    connector::Invocation call, std::string project, std::string type
);

// {name, id, type, required, allowed}, those that are required first.
json::Array describe_fields(const json::Array& fields, std::size_t max_values);

}  // namespace davit::connectors::atlassian
