// What the answer to GET issue says by itself, as jira_get_issue shows it.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::atlassian {

// Whether the argument `include` has `name`.
bool is_included(const connector::Invocation& call, std::string_view name);

json::Value reduce(connector::Keep keep, const json::Value& value);

// Adds what says something.
void put(json::Object& out, std::string_view name, json::Value value);

// Whether a field stands beside the key; the others are in "fields".
bool has_place(std::string_view id);

void show_all_fields(const json::Value& issue, json::Object& out);
// The included lists that are fields of the issue: links and attachments.
void show_within(const connector::Invocation& call, const json::Value& issue, json::Object& out);
// How many there are of what was not asked for.
json::Object counts_of(const connector::Invocation& call, const json::Value& issue);

}  // namespace davit::connectors::atlassian
