#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/block_writer.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/inline_markdown.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

// Cells together, empty ones that fill the grid included: one wide row must not cost as much as
// rows times columns.
constexpr std::size_t kMostCells = 100'000;

class CellWriter {
 public:
  explicit CellWriter(const Opaque& numbers) : numbers_(numbers) {}

  std::string write(const json::Value& cell) {
    children(cell, "", 0);
    return std::move(out_);
  }

 private:
  void add(const std::string& text) {
    if (!is_first_) out_ += "<br>";
    is_first_ = false;
    out_ += text;
  }

  void children(const json::Value& node, const std::string& before, std::size_t depth) {
    auto const* content = content_of(node);
    if (content == nullptr || depth > kMaxNesting) return;
    auto lead = before;
    for (auto const& child : *content) {
      block(child, lead, depth);
      lead = "";
    }
  }

  void block(const json::Value& node, const std::string& before, std::size_t depth) {
    auto const type = type_of(node);
    auto const number = numbers_.number_of(node);
    if (number < numbers_.size()) return add(before + marker(node, number));
    if (holds_inline(type)) {
      auto const* content = content_of(node);
      auto const box = type != "taskItem"                   ? ""
                       : attribute(node, "state") == "DONE" ? "\\[x\\] "
                                                            : "\\[ \\] ";
      auto const text = content == nullptr ? "" : inline_markdown(*content, Place::cell, numbers_);
      auto const title = type == "heading" && !text.empty();
      return add(before + box + (title ? "<strong>" + text + "</strong>" : text));
    }
    if (type == "codeBlock") {
      std::string text;
      append_plain(text, node);
      for (auto const line : split(text, '\n')) add(line.empty() ? "" : code_span(line, true));
    } else if (type == "mediaSingle" || type == "mediaGroup") {
      media(node);
    } else {
      children(node, type == "listItem" ? before + "- " : before, depth + 1);
    }
  }

  void media(const json::Value& node) {
    std::string text;
    auto const* content = content_of(node);
    for (std::size_t i = 0; content != nullptr && i < content->size(); ++i) {
      auto const one = atom_markdown((*content)[i]);
      text += (text.empty() || one.empty() ? "" : " ") + one;
    }
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '|' && (i == 0 || text[i - 1] != '\\')) escaped += '\\';
      escaped += text[i];
    }
    add(escaped);
  }

  const Opaque& numbers_;
  std::string out_;
  bool is_first_ = true;
};

std::string row_text(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (auto const& cell : cells) out += fmt::format(" {}{}|", cell, cell.empty() ? "" : " ");
  return out;
}

bool is_header_row(const json::Value& row) {
  auto const* cells = content_of(row);
  return cells != nullptr && !cells->empty() && std::ranges::all_of(*cells, [](auto const& cell) {
           return type_of(cell) == "tableHeader";
         });
}

}  // namespace

std::string table_markdown(const json::Value& table, const Opaque& numbers) {
  auto const grid = grid_of(table);
  auto const* rows = content_of(table);
  if (grid.rows == 0 || grid.columns == 0 || rows == nullptr) return "";
  auto const fill = grid.rows <= kMostCells / grid.columns;
  auto const has_header = is_header_row((*rows)[0]);
  std::vector<std::string> lines;
  std::size_t next = 0;
  std::vector<std::string> const empty_row(grid.columns);
  auto const rule = row_text(std::vector<std::string>(grid.columns, "---"));
  if (!has_header) lines = {row_text(empty_row), rule};
  for (std::size_t row = 0; row < grid.rows; ++row) {
    std::vector<std::string> texts(fill || row == 0 ? grid.columns : 0);
    auto all_empty = true;
    for (; next < grid.cells.size() && grid.cells[next].row == row; ++next) {
      auto const column = grid.cells[next].column;
      if (texts.size() <= column) texts.resize(column + 1);
      texts[column] = CellWriter(numbers).write(*grid.cells[next].node);
      all_empty = all_empty && texts[column].empty();
    }
    // An empty header says that there is none, so one that there is must not look empty.
    if (row == 0 && has_header && all_empty && grid.rows > 1) texts[0] = "<br>";
    lines.push_back(row_text(texts));
    if (row == 0 && has_header) lines.push_back(rule);
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace davit::connectors::atlassian::adf
