#include "connectors/atlassian/adf/node.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace davit::connectors::atlassian::adf {
namespace {

const json::Value* member(const json::Value& node, std::string_view key) {
  auto const* object = node.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string_view string_member(const json::Value& node, std::string_view key) {
  auto const* value = member(node, key);
  return value == nullptr || !value->is_string() ? "" : json::view(value->get_string());
}

const json::Array* array_member(const json::Value& node, std::string_view key) {
  auto const* value = member(node, key);
  return value == nullptr ? nullptr : value->if_array();
}

std::size_t span_of(const json::Value& cell, std::string_view path, std::size_t most) {
  auto const span = json::find_int(cell, path).value_or(1);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(span, 1, std::int64_t(most)));
}

}  // namespace

std::string_view type_of(const json::Value& node) { return string_member(node, "type"); }

std::string_view attribute(const json::Value& node, std::string_view name) {
  auto const* attributes = member(node, "attrs");
  return attributes == nullptr ? "" : string_member(*attributes, name);
}

const json::Array* content_of(const json::Value& node) { return array_member(node, "content"); }

json::Array* content_of(json::Value& node) {
  auto* object = node.if_object();
  auto* content = object == nullptr ? nullptr : object->if_contains("content");
  return content == nullptr ? nullptr : content->if_array();
}

const json::Array* marks_of(const json::Value& node) { return array_member(node, "marks"); }

bool has_mark(const json::Value& node, std::string_view type) {
  auto const* marks = marks_of(node);
  return marks != nullptr &&
         std::ranges::any_of(*marks, [&](auto const& mark) { return type_of(mark) == type; });
}

std::string_view text_of(const json::Value& node) { return string_member(node, "text"); }

bool holds_inline(std::string_view type) {
  static constexpr std::array<std::string_view, 5> kTypes = {
      "paragraph", "heading", "taskItem", "decisionItem", "caption"
  };
  return std::ranges::find(kTypes, type) != kTypes.end();
}

json::Value make_node(std::string_view type) { return json::Object{{"type", type}}; }

json::Value make_node(std::string_view type, json::Array content) {
  auto node = make_node(type);
  if (!content.empty()) node.get_object()["content"] = std::move(content);
  return node;
}

json::Value make_node(std::string_view type, json::Object attributes, json::Array content) {
  auto node = make_node(type);
  node.get_object()["attrs"] = std::move(attributes);
  if (!content.empty()) node.get_object()["content"] = std::move(content);
  return node;
}

json::Value make_text(std::string_view text, json::Array marks) {
  json::Object node{{"type", "text"}, {"text", text}};
  if (!marks.empty()) node["marks"] = std::move(marks);
  return node;
}

json::Object object(std::string_view key, json::Value value) {
  json::Object made;
  made[key] = std::move(value);
  return made;
}

Grid grid_of(const json::Value& table) {
  Grid grid;
  auto const* rows = content_of(table);
  if (rows == nullptr) return grid;
  std::vector<std::size_t> taken;  // per column: rows that a cell above still covers
  for (auto const& row : *rows) {
    std::size_t column = 0;
    std::vector<std::size_t> below = taken;
    for (auto& count : below) count -= count > 0 ? 1 : 0;
    if (auto const* cells = content_of(row)) {
      for (auto const& cell : *cells) {
        while (column < taken.size() && taken[column] > 0) ++column;
        if (column >= kMaxColumns) break;
        grid.cells.push_back({&cell, grid.rows, column});
        auto const width = span_of(cell, "attrs.colspan", kMaxColumns - column);
        auto const height = span_of(cell, "attrs.rowspan", rows->size());
        if (below.size() < column + width) below.resize(column + width);
        if (taken.size() < column + width) taken.resize(column + width);
        for (auto i = column; i < column + width; ++i) below[i] = std::max(below[i], height - 1);
        column += width;
      }
    }
    taken = std::move(below);
    grid.columns = std::max(grid.columns, column);
    ++grid.rows;
  }
  return grid;
}

}  // namespace davit::connectors::atlassian::adf
