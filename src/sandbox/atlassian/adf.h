// Atlassian Document Format: building, checking and reading documents.
// developer.atlassian.com/cloud/jira/platform/apis/document/structure
#pragma once

#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::sandbox::atlassian::adf {

json::Value text(std::string_view text);
json::Value paragraph(std::string_view text);
json::Value node(std::string_view type, json::Object attrs, json::Array content = {});
json::Value doc(json::Array blocks);
// One paragraph for each line.
json::Value doc_of(std::string_view lines);

// Whether Jira takes it: a doc of version 1, of known nodes and marks, without empty texts.
bool is_valid(const json::Value& document);

// The text in it, blocks separated by line breaks; for the search.
std::string plain(const json::Value& document);

}  // namespace davit::sandbox::atlassian::adf
