// Values of fields: short for a reader, and as Jira wants them from a writer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "connector/invocation.h"
#include "connectors/atlassian/jira_fields.h"

namespace davit::connectors::atlassian {

// People, statuses, options and the like as their names, rich text as Markdown, times to the
// minute; cleaned, texts of at most so many bytes. Null for what says nothing.
json::Value show_value(const json::Value& value, std::size_t max_bytes);

// Text that people wrote, cleaned of what a reader does not see.
std::string clean_text(std::string_view text, std::size_t max_bytes);
// Rich text as Markdown, or any other text.
std::string rich_text(const json::Value& value, std::size_t max_bytes);

// A field that rows show, under which name.
struct Column {
  std::string id;
  std::string name;
};

json::Object row_of(const json::Value& issue, const std::vector<Column>& columns);

// What a field takes for what a model writes: names of options and versions, people by name or
// address, Markdown. Objects go as they are. Errors: invalid_input.
Async<json::Value> to_wire(connector::Invocation call, Field field, json::Value value);

// Whether `stored` holds what was asked for: Jira adds members, and leaves out what it drops.
bool is_stored(const json::Value& asked, const json::Value& stored);

}  // namespace davit::connectors::atlassian
