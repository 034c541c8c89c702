// The headings of a document, and the sections that they begin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

struct Section {
  int level = 0;
  std::string text;
  std::string path;            // "Operations > Backups > Restore"
  std::size_t characters = 0;  // of its Markdown, with what is below it
  // Where it is: indexes into the content of the nodes from the document down to the one that holds
  // the heading, then the heading's own; and how many blocks it has, the heading included.
  std::vector<std::size_t> place;
  std::size_t count = 0;
};

// In the order of the document, those in columns, expands and macros with a body too. A section
// goes up to the next heading of its level or above, or the end of what it stands in.
std::vector<Section> outline(const json::Value& doc);

// By the heading's text, or the end of its path; case and blanks at the ends do not matter.
// Errors: not_found with the headings that there are, invalid_input with the paths that fit.
Result<Section> find_section(const json::Value& doc, std::string_view heading);

// The Markdown of a section; its markers have the numbers of the whole document.
std::string section_markdown(const json::Value& doc, const Section& section);

}  // namespace davit::connectors::atlassian::adf
