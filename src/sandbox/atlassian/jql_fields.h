// What JQL can ask about.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {

enum class JqlKind { list, text, date, number };

// A field by one of its names. `values` are all spellings of what the issue has there, in lower
// case; none when it is empty. `known` are those that there are on the site; without it every
// operand will do. `order` is what "<" and ORDER BY go by.
struct JqlField {
  std::array<std::string_view, 4> names;
  JqlKind kind = JqlKind::list;
  std::vector<std::string> (*values)(const Store& store, const Issue& issue) = nullptr;
  std::vector<std::string> (*known)(const Store& store) = nullptr;
  std::optional<double> (*order)(const Store& store, const Issue& issue) = nullptr;
};

// Null when there is none of that name.
const JqlField* find_jql_field(std::string_view name);

}  // namespace davit::sandbox::atlassian
