// Selectors of the classic API: status("open"),entityTags("a","b"),not(tag("x")).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/dynatrace/answers.h"

namespace davit::sandbox::dynatrace {

struct Criterion {
  std::string name;                 // "entityName.startsWith"
  std::vector<std::string> values;  // unescaped
  std::vector<Criterion> nested;    // not(...), caseSensitive(...), fromRelationships.runsOn(...)

  bool has(std::string_view value) const;
  // Without case.
  bool has_similar(std::string_view value) const;
  const std::string& value() const { return values.front(); }
};

using Selector = std::vector<Criterion>;

// `parameter` is its name in errors. Every criterion has a value or a nested criterion.
Or<Selector> parse_selector(std::string_view text, std::string_view parameter);

// As parse_selector, and refuses a criterion that is not among `known`.
Or<Selector> parse_selector(
    std::string_view text, std::string_view parameter, std::initializer_list<std::string_view> known
);

bool contains_similar(std::string_view text, std::string_view part);

}  // namespace davit::sandbox::dynatrace
