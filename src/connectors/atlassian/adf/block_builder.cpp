#include "connectors/atlassian/adf/block_builder.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/marks.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/rules.h"

namespace davit::connectors::atlassian::adf {
namespace {

class Builder {
 public:
  explicit Builder(Conversion& conversion) : conversion_(conversion) {}

  json::Array build(std::vector<Block> blocks, std::string_view parent) {
    auto const details =
        parent == "doc" || parent == "layoutColumn" || parent == "expand" || parent == "tableCell";
    auto entries = find_enclosures(conversion_, std::move(blocks), details);
    json::Array out;
    add_entries(entries, 0, entries.size(), parent, out);
    return out;
  }

 private:
  void add_entries(
      std::vector<Entry>& entries,
      std::size_t first,
      std::size_t end,
      std::string_view parent,
      json::Array& out
  ) {
    for (auto i = first; i < end; ++i) {
      auto& entry = entries[i];
      if (entry.kind == Entry::Kind::block) {
        add(entry.block, parent, out);
        continue;
      }
      auto const close = entry.partner;
      if (entry.kind == Entry::Kind::details_open)
        add_details(entries, i, parent, out);
      else
        add_shell(entries, i, parent, out);
      i = close;
    }
  }

  // In an expand that stands in an expand no further one is allowed: its content goes into it.
  void add_details(
      std::vector<Entry>& entries, std::size_t i, std::string_view parent, json::Array& out
  ) {
    auto const& entry = entries[i];
    auto const* type = allows(parent, "expand") ? "expand" : "nestedExpand";
    if (!allows(parent, type)) {
      if (!entry.title.empty()) {
        out.push_back(make_node("paragraph", {make_text(entry.title, to_marks(kStrong, nullptr))}));
      }
      return add_entries(entries, i + 1, entry.partner, parent, out);
    }
    json::Object attributes;
    if (entry.has_title) attributes["title"] = entry.title;
    json::Array content;
    add_entries(entries, i + 1, entry.partner, type, content);
    if (content.empty()) content.push_back(make_node("paragraph"));
    out.push_back(make_node(type, std::move(attributes), std::move(content)));
  }

  void add_shell(
      std::vector<Entry>& entries, std::size_t i, std::string_view parent, json::Array& out
  ) {
    auto const& entry = entries[i];
    auto node = *conversion_.originals->node(entry.number);
    std::string const type(type_of(node));
    json::Array content;
    add_entries(entries, i + 1, entry.partner, type, content);
    if (content.empty() && type != "layoutSection") content.push_back(make_node("paragraph"));
    auto const* stranger = std::ranges::find_if(content, [&](auto const& child) {
      return !allows(type, type_of(child));
    });
    if (content.empty() || stranger != content.end()) {
      conversion_.fail(fmt::format(
          "between the markers of adf:{} ({}) there may only be {}",
          entry.number,
          type,
          rule_of(type)->children
      ));
    }
    node.get_object()["content"] = std::move(content);
    place(std::move(node), parent, out);
  }

  // A node of the original: it goes where it is allowed, or nowhere.
  void place(json::Value node, std::string_view parent, json::Array& out) {
    if (!allows(parent, type_of(node))) {
      return conversion_.fail(fmt::format(
          "{} may not stand in {}: leave its marker where it was", type_of(node), parent
      ));
    }
    out.push_back(std::move(node));
  }

  void add(Block& block, std::string_view parent, json::Array& out) {
    switch (block.kind) {
      case Block::Kind::paragraph: return add_paragraph(std::move(block.pieces), 0, parent, out);
      case Block::Kind::heading: return add_heading(block, parent, out);
      case Block::Kind::code: return add_code(block, out);
      case Block::Kind::rule: return add_rule(parent, out);
      case Block::Kind::quote: return add_quote(block, parent, out);
      case Block::Kind::table: return add_table(block, parent, out);
      case Block::Kind::bullet_list:
      case Block::Kind::ordered_list: return add_list(block, parent, out);
      case Block::Kind::root:
      case Block::Kind::item:
      case Block::Kind::row:
      case Block::Kind::cell: return;
    }
  }

  void add_paragraph(
      std::vector<Piece> pieces, unsigned marks, std::string_view parent, json::Array& out
  ) {
    auto parts = read_inline(conversion_, std::move(pieces), marks, Breaks::paragraph);
    if (parts.empty()) out.push_back(make_node("paragraph"));
    for (auto& part : parts) {
      if (part.block)
        place(*std::move(part.block), parent, out);
      else
        out.push_back(make_node("paragraph", std::move(part.content)));
    }
  }

  // Inline content where no block can be.
  json::Array read_line(std::vector<Piece> pieces, Breaks breaks) {
    json::Array out;
    for (auto& part : read_inline(conversion_, std::move(pieces), 0, breaks)) {
      if (part.block) conversion_.fail("a marker or an image must stand alone in its paragraph");
      for (auto& node : part.content) append_inline(out, std::move(node));
    }
    return out;
  }

  void add_heading(Block& block, std::string_view parent, json::Array& out) {
    if (!allows(parent, "heading")) {
      return add_paragraph(std::move(block.pieces), kStrong, parent, out);
    }
    auto content = read_line(std::move(block.pieces), Breaks::heading);
    out.push_back(make_node(
        "heading", json::Object{{"level", std::int64_t(block.number)}}, std::move(content)
    ));
  }

  static void add_code(const Block& block, json::Array& out) {
    json::Array content;
    if (!block.text.empty()) content.push_back(make_text(block.text));
    if (block.language.empty()) {
      out.push_back(make_node("codeBlock", std::move(content)));
    } else {
      out.push_back(
          make_node("codeBlock", json::Object{{"language", block.language}}, std::move(content))
      );
    }
  }

  static void add_rule(std::string_view parent, json::Array& out) {
    if (allows(parent, "rule"))
      out.push_back(make_node("rule"));
    else
      out.push_back(make_node("paragraph", {make_text("---")}));
  }

  // Takes `[!NOTE]` off the first paragraph; the type of the panel, or nothing.
  static std::string_view take_alert(Block& block) {
    if (block.children.empty()) return "";
    auto& first = block.children[0];
    if (first.kind != Block::Kind::paragraph || first.pieces.empty()) return "";
    auto const& word = first.pieces[0];
    auto const ends = first.pieces.size() == 1 || first.pieces[1].kind == Piece::Kind::soft_break ||
                      first.pieces[1].kind == Piece::Kind::line_break;
    std::string_view const text = word.text;
    if (word.kind != Piece::Kind::text || !ends || !word.escaped.empty() || word.marks != 0 ||
        word.link >= 0 || !text.starts_with("[!") || !text.ends_with(']')) {
      return "";
    }
    auto const type = panel_type(text.substr(2, text.size() - 3));
    if (type.empty()) return "";
    auto const taken = std::min<std::size_t>(2, first.pieces.size());
    first.pieces.erase(first.pieces.begin(), first.pieces.begin() + std::ptrdiff_t(taken));
    if (first.pieces.empty()) block.children.erase(block.children.begin());
    return type;
  }

  void add_quote(Block& block, std::string_view parent, json::Array& out) {
    auto const panel = allows(parent, "panel") ? take_alert(block) : "";
    std::string_view const type = panel.empty() ? "blockquote" : "panel";
    auto const is_allowed = allows(parent, type);
    auto content = build(std::move(block.children), is_allowed ? type : parent);
    if (content.empty()) content.push_back(make_node("paragraph"));
    if (!is_allowed) {
      for (auto& node : content) out.push_back(std::move(node));
    } else if (panel.empty()) {
      out.push_back(make_node("blockquote", std::move(content)));
    } else {
      out.push_back(make_node("panel", json::Object{{"panelType", panel}}, std::move(content)));
    }
  }

  // A task is one line; below it only tasks again.
  static bool is_task_list(const Block& list) {
    return list.kind == Block::Kind::bullet_list &&
           std::ranges::all_of(list.children, [](auto const& item) {
             if (!item.is_task) return false;
             for (std::size_t i = 0; i < item.children.size(); ++i) {
               auto const& child = item.children[i];
               auto const is_line = i == 0 && child.kind == Block::Kind::paragraph;
               if (!is_line && !is_task_list(child)) return false;
             }
             return true;
           });
  }

  void add_list(Block& list, std::string_view parent, json::Array& out) {
    if (is_task_list(list) && allows(parent, "taskList")) {
      out.push_back(task_list(list));
      return;
    }
    json::Array items;
    for (auto& item : list.children) {
      if (item.is_task) write_box(item);
      auto content = build(std::move(item.children), "listItem");
      if (content.empty() || !may_begin_item(type_of(content[0]))) {
        content.insert(content.begin(), make_node("paragraph"));
      }
      items.push_back(make_node("listItem", std::move(content)));
    }
    if (list.kind == Block::Kind::bullet_list) {
      out.push_back(make_node("bulletList", std::move(items)));
    } else {
      out.push_back(make_node(
          "orderedList", json::Object{{"order", std::int64_t(list.number)}}, std::move(items)
      ));
    }
  }

  static void write_box(Block& item) {
    if (item.children.empty() || item.children[0].kind != Block::Kind::paragraph) {
      item.children.emplace(item.children.begin())->kind = Block::Kind::paragraph;
    }
    auto& pieces = item.children[0].pieces;
    auto& box = *pieces.emplace(pieces.begin());
    box.text = item.is_done ? "[x] " : "[ ] ";
  }

  json::Value task_list(Block& list) {
    json::Array content;
    std::string list_id;
    for (auto& item : list.children) {
      json::Array line;
      auto const has_line =
          !item.children.empty() && item.children[0].kind == Block::Kind::paragraph;
      if (has_line) line = read_line(std::move(item.children[0].pieces), Breaks::paragraph);
      auto task = make_node("taskItem", json::Object(), std::move(line));
      auto const* original = conversion_.take(original_key(task));
      auto const id = original == nullptr ? std::string_view() : attribute(*original, "localId");
      if (list_id.empty() && original != nullptr) list_id = take_list_id(*original);
      task.get_object()["attrs"] = json::Object{
          {"localId", id.empty() ? conversion_.fresh_id() : std::string(id)},
          {"state", item.is_done ? std::string_view("DONE") : kOpenTask}
      };
      content.push_back(std::move(task));
      for (auto i = has_line ? 1U : 0U; i < item.children.size(); ++i) {
        content.push_back(task_list(item.children[i]));
      }
    }
    if (list_id.empty()) list_id = conversion_.fresh_id();
    return make_node("taskList", json::Object{{"localId", list_id}}, std::move(content));
  }

  // The id of the list that the task stood in, once.
  std::string take_list_id(const json::Value& task) {
    auto const* parent = conversion_.originals->parent_of(&task);
    std::string const id(parent == nullptr ? "" : attribute(*parent, "localId"));
    return !id.empty() && conversion_.taken["list " + id]++ == 0 ? id : "";
  }

  void add_table(Block& table, std::string_view parent, json::Array& out) {
    if (!allows(parent, "table")) return add_lines(table, parent, out);
    auto& rows = table.children;
    auto const has_header =
        rows.size() < 2 ||
        !std::ranges::all_of(rows[0].children, [](auto& cell) { return cell.pieces.empty(); });
    json::Array content;
    for (std::size_t i = has_header ? 0 : 1; i < rows.size(); ++i) {
      json::Array cells;
      for (auto& cell : rows[i].children) {
        json::Array blocks;
        add_paragraph(std::move(cell.pieces), 0, "tableCell", blocks);
        cells.push_back(make_node(cell.is_header ? "tableHeader" : "tableCell", std::move(blocks)));
      }
      content.push_back(make_node("tableRow", std::move(cells)));
    }
    out.push_back(make_node("table", std::move(content)));
  }

  // A table where none may be: a line of text for each row.
  void add_lines(Block& table, std::string_view parent, json::Array& out) {
    for (auto& row : table.children) {
      std::vector<Piece> pieces;
      for (auto& cell : row.children) {
        if (!pieces.empty()) pieces.emplace_back().text = " | ";
        std::ranges::move(cell.pieces, std::back_inserter(pieces));
      }
      add_paragraph(std::move(pieces), 0, parent, out);
    }
  }

  Conversion& conversion_;
};

}  // namespace

json::Array build_blocks(
    Conversion& conversion, std::vector<Block> blocks, std::string_view parent
) {
  return Builder(conversion).build(std::move(blocks), parent);
}

}  // namespace davit::connectors::atlassian::adf
