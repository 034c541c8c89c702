// HTML as readable text: articles, catalog descriptions, notes. Bounded: reads each byte a fixed
// number of times, whatever the markup is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::connectors::servicenow {

// Paragraphs as lines, lists with dashes, cells divided by " | ", addresses of links in brackets.
// Scripts, styles and comments are left out; entities are decoded once.
std::string html_to_text(std::string_view html);

// For Connector::rich_text: of a text that is clearly HTML.
std::optional<std::string> html_field(const json::Value& value);

}  // namespace davit::connectors::servicenow
