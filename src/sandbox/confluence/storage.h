// Confluence's storage format: XHTML with macros as ac:structured-macro. A page is kept as ADF;
// here it is written as storage or as the HTML of a reader, and read from storage, plainly.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"

namespace davit::sandbox::confluence {

std::string adf_to_storage(const json::Value& document);
// body-format=view
std::string adf_to_view(const json::Value& document);

// Paragraphs, headings, lists, quotes, tables, links and simple marks; code and panel macros; any
// other macro becomes an extension. Errors: invalid_input for XML that is not well-formed.
Result<json::Value> storage_to_adf(std::string_view storage);

std::string escape_html(std::string_view text);

}  // namespace davit::sandbox::confluence
