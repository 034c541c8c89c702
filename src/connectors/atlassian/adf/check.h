// Whether a document obeys the structure of ADF, and what a new one would lose of an old one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// The rules of Atlassian's published schema that matter to a writer: which node stands in which,
// marks, attributes that must be there, no empty text, no empty containers. Nodes and marks that
// the schema does not know pass and are not looked into.
// Errors: invalid_input with the place: "content[2] table > content[0] tableRow: ...".
Result<> check(const json::Value& doc);

// In words, one each: macros and other opaque nodes, attachments and inline comments of the old
// document that the new one does not have. Empty when nothing is lost.
std::vector<std::string> losses(const json::Value& old_doc, const json::Value& new_doc);

}  // namespace davit::connectors::atlassian::adf
