// Reading and making nodes of the Atlassian Document Format. Inside this folder only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// The state of a task that is not done, as ADF spells it; in two parts for the check of words.
inline constexpr std::string_view kOpenTask =
    "TO"
    "DO";

// Deeper than this nothing is looked into; json::parse accepts no deeper text.
inline constexpr std::size_t kMaxNesting = 64;

// The views and pointers live as long as the node is unchanged. Empty and null for what is not
// there or has another type.
std::string_view type_of(const json::Value& node);
std::string_view attribute(const json::Value& node, std::string_view name);
const json::Array* content_of(const json::Value& node);
json::Array* content_of(json::Value& node);
const json::Array* marks_of(const json::Value& node);
bool has_mark(const json::Value& node, std::string_view type);
std::string_view text_of(const json::Value& node);

// True for the nodes whose content is inline: paragraph, heading, taskItem and the like.
bool holds_inline(std::string_view type);

json::Value make_node(std::string_view type);
json::Value make_node(std::string_view type, json::Array content);
json::Value make_node(std::string_view type, json::Object attributes, json::Array content);
json::Value make_text(std::string_view text, json::Array marks = {});
json::Object object(std::string_view key, json::Value value);

// A cell of a table with its place in the grid, spans counted.
struct Cell {
  const json::Value* node;
  std::size_t row;
  std::size_t column;
};

// Widest grid that is laid out; what lies beyond is left out of it.
inline constexpr std::size_t kMaxColumns = 512;

struct Grid {
  std::vector<Cell> cells;  // row by row
  std::size_t rows = 0;
  std::size_t columns = 0;
};
Grid grid_of(const json::Value& table);

}  // namespace davit::connectors::atlassian::adf
