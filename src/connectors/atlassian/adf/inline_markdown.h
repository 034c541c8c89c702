// Inline nodes to Markdown. Inside this folder only.
#pragma once

#include <string>

#include "connectors/atlassian/adf/opaque.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

enum class Place { paragraph, heading, task, cell };

// The Markdown of inline content; line feeds in it are only those of hard breaks in paragraphs.
// `numbers` gives opaque nodes their markers.
std::string inline_markdown(const json::Array& content, Place place, const Opaque& numbers);

}  // namespace davit::connectors::atlassian::adf
