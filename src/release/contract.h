// The tool contract: what clients and models rely on in a server's tools, and what a new version
// changes in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace davit::release {

enum class Weight {
  cosmetic,  // titles, descriptions, order
  additive,  // a new tool, an optional argument, a wider type
  breaking,  // a tool or argument gone, an argument newly required, a type narrowed, hints worse
};
std::string_view to_string(Weight weight);

struct Change {
  Weight weight = Weight::cosmetic;
  std::string tool;
  std::string what;  // "argument `project` is required now"

  bool operator==(const Change&) const = default;
};

// What lies between two `tools` arrays of tools/list: the breaking first, then by tool. Input
// schemas break when they take less than before, output schemas when they promise less. A schema
// that differs in a way that is not understood counts as breaking and says so.
std::vector<Change> compare_tools(const json::Array& before, const json::Array& after);

bool is_breaking(const std::vector<Change>& changes);

// A line each, by tool, with + ~ and ! in front; "no changes" when there are none.
std::string to_text(const std::vector<Change>& changes);
json::Value to_json(const std::vector<Change>& changes);

}  // namespace davit::release
