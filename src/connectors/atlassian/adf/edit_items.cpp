// set_task and set_cell.
#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/edit_parts.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::size_t kMostCandidates = 8;

std::string plain(const json::Value& node) {
  std::string text;
  append_plain(text, node);
  return text;
}

std::optional<std::size_t> to_index(std::string_view text) {
  std::size_t number = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number - 1;
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out;
  for (std::size_t i = 0; i < std::min(kMostCandidates, texts.size()); ++i) {
    out += fmt::format("\n{}. {}", i + 1, excerpt(texts[i]));
  }
  return out;
}

// The one that is called so, or else the one whose name has it within.
Result<std::size_t> choose(
    std::string_view what, std::string_view wanted, const std::vector<std::string>& names
) {
  std::vector<std::size_t> equal;
  std::vector<std::size_t> within;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (iequals(trim(names[i]), trim(wanted))) equal.push_back(i);
    if (!wanted.empty() && names[i].find(wanted) != std::string::npos) within.push_back(i);
  }
  auto const& fit = equal.empty() ? within : equal;
  if (fit.size() == 1) return fit[0];
  auto const kind = fit.empty() ? ErrorKind::not_found : ErrorKind::invalid_input;
  return Error(
      kind,
      fmt::format(
          "{} {} match \"{}\"; there are {}:{}",
          fit.size(),
          what,
          excerpt(wanted),
          names.size(),
          list_of(names)
      )
  );
}

void collect(
    json::Value& node, std::string_view type, std::vector<json::Value*>& out, std::size_t depth
) {
  if (type_of(node) == type) out.push_back(&node);
  auto* content = content_of(node);
  if (content == nullptr || depth > kMaxNesting) return;
  for (auto& child : *content) collect(child, type, out, depth + 1);
}

std::vector<json::Value*> all_of(json::Value& doc, std::string_view type) {
  std::vector<json::Value*> out;
  collect(doc, type, out, 0);
  return out;
}

// By number, or by name.
Result<std::size_t> choose_index(
    std::string_view what, std::string_view wanted, const std::vector<std::string>& names
) {
  auto const index = to_index(wanted);
  auto const is_name = std::ranges::any_of(names, [&](auto const& name) { return name == wanted; });
  if (index && *index < names.size() && !is_name) return *index;
  return choose(what, wanted, names);
}

}  // namespace

Result<Change> set_task(json::Value& doc, const Edit& edit, const Opaque& /*originals*/) {
  auto const done = iequals(edit.text, "DONE") || iequals(edit.text, "x") || edit.text == "[x]";
  auto const todo = iequals(edit.text, kOpenTask) || edit.text == "[ ]";
  if (!done && !todo)
    return Error(ErrorKind::invalid_input, fmt::format("a task is set to DONE or {}", kOpenTask));
  auto const tasks = all_of(doc, "taskItem");
  std::vector<std::string> names;
  for (auto const* task : tasks) names.push_back(plain(*task));
  std::string_view wanted = edit.anchor;
  auto const is_number = wanted.starts_with('#') && to_index(wanted.substr(1)).has_value();
  auto const chosen =
      is_number ? choose_index("tasks", wanted.substr(1), names) : choose("tasks", wanted, names);
  if (!chosen) return chosen.error();
  auto& task = *tasks[*chosen];
  auto const line = [&] {
    return fmt::format(
        "[{}] {}", attribute(task, "state") == "DONE" ? "x" : " ", excerpt(names[*chosen])
    );
  };
  Change change{line(), ""};
  auto& attributes = task.get_object()["attrs"];
  if (!attributes.is_object()) attributes = json::Object();
  attributes.get_object()["state"] = done ? std::string_view("DONE") : kOpenTask;
  change.after = line();
  return change;
}

Result<Change> set_cell(json::Value& doc, const Edit& edit, const Opaque& originals) {
  auto const tables = all_of(doc, "table");
  if (edit.table == 0 || edit.table > tables.size()) {
    return Error(
        ErrorKind::not_found,
        fmt::format("no table {}: the document has {}, counted from 1", edit.table, tables.size())
    );
  }
  auto const grid = grid_of(*tables[edit.table - 1]);
  std::vector<std::string> columns(grid.columns);
  std::vector<std::string> rows(grid.rows);
  for (auto const& cell : grid.cells) {
    if (cell.row == 0) columns[cell.column] = plain(*cell.node);
    if (cell.column == 0) rows[cell.row] = plain(*cell.node);
  }
  DAVIT_TRY(auto const column, choose_index("columns", edit.column, columns));
  DAVIT_TRY(auto const row, choose_index("rows", edit.row, rows));
  auto const found = std::ranges::find_if(grid.cells, [&](auto const& cell) {
    return cell.row == row && cell.column == column;
  });
  if (found == grid.cells.end()) {
    return Error(
        ErrorKind::not_found, "a merged cell covers that place: name its first row and column"
    );
  }
  // The grid points into `doc`, which may be changed here.
  auto& cell = const_cast<json::Value&>(*found->node);
  Change change{excerpt(plain(cell)), ""};
  cell.get_object()["content"] = json::Array();
  DAVIT_TRY(auto blocks, new_blocks(doc, edit.text, originals, "tableCell"));
  if (blocks.empty()) blocks.push_back(make_node("paragraph"));
  cell.get_object()["content"] = std::move(blocks);
  change.after = excerpt(plain(cell));
  return change;
}

}  // namespace davit::connectors::atlassian::adf
