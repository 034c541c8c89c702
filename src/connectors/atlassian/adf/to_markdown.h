// Rich text of Jira and Confluence (Atlassian Document Format, ADF) as GitHub Flavored Markdown.
//
// What has no form in Markdown stays visible as a marker, and from_markdown puts the node back:
//   <!-- adf:3 toc -->             a macro, an unknown node
//   <!-- adf:4 layoutSection -->   a node whose content is shown, up to
//   <!-- /adf:4 -->
// Numbers count the opaque nodes of the document (see opaque.h). Colours, alignment, widths and
// annotation marks are left out of the text; edit.h keeps them. Cells are one line: their blocks
// are joined by <br>, and spans become empty cells.
// Text that looks like Markdown, a marker or one of our forms is escaped: it reads back as text.
// The caller cleans the strings of the document of what a reader does not see, before this.
#pragma once

#include <cstddef>
#include <string>

#include "connectors/atlassian/adf/opaque.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

struct Rendering {
  std::string text;
  std::size_t opaque = 0;  // how many markers there are in the document
};

// Any JSON is taken: what is no node is left out, what is deeper than 64 becomes a marker. Time and
// size are linear in the document, times its depth.
std::string to_markdown(const json::Value& doc);
Rendering render(const json::Value& doc);

// Some of the children of one node, with the numbers of the whole document.
std::string to_markdown(
    const json::Array& blocks, std::size_t first, std::size_t count, const Opaque& numbers
);

// The text alone, a line for each block, for excerpts and comparison.
std::string to_plain_text(const json::Value& doc);

}  // namespace davit::connectors::atlassian::adf
