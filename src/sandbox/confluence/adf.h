// ADF: checking a document on its way in, its text, and the marks of inline comments. A document is
// never rebuilt: what is not changed stays as the client wrote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::sandbox::confluence {

// What is wrong with it, with the path of the node; nothing when it is a document.
std::optional<std::string> adf_problem(const json::Value& document);

// The text of all nodes, blocks separated by line breaks.
std::string adf_text(const json::Value& document);

// How often `selection` occurs within one run of text. Code blocks do not count:
// the schema allows no marks there.
int count_matches(const json::Value& document, std::string_view selection);

// Puts an annotation mark on one of them, splitting text nodes at its ends. False when there are
// fewer than `index` + 1.
bool annotate(json::Value& document, std::string_view selection, int index, std::string_view id);

// True when a node of the document carries that mark.
bool has_annotation(const json::Value& document, std::string_view id);

// What a document looks like that has only this text.
json::Value adf_of_text(std::string_view text);

}  // namespace davit::sandbox::confluence
