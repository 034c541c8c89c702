#include "connectors/atlassian/adf/block_writer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/inline_markdown.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

const json::Array kNothing;

const json::Array& content_or_nothing(const json::Value& node) {
  auto const* content = content_of(node);
  return content == nullptr ? kNothing : *content;
}

bool is_list(std::string_view type) {
  return type == "bulletList" || type == "taskList" || type == "orderedList";
}

std::int64_t order_of(const json::Value& list) {
  constexpr std::int64_t kLargest = 999'999'999;  // nine digits (CommonMark 0.31.2, 5.2)
  auto const order = json::find_int(list, "attrs.order").value_or(1);
  return order < 0 || order > kLargest ? 1 : order;
}

// A list that may follow a paragraph without a blank line.
bool may_interrupt(const json::Value& node) {
  auto const type = type_of(node);
  return type == "bulletList" || type == "taskList" ||
         (type == "orderedList" && order_of(node) == 1);
}

// '-' and '*' for lists of one kind that follow each other, '.' and ')' for numbers.
char bullet_after(char before, bool ordered) {
  if (ordered) return before == '.' ? ')' : '.';
  return before == '-' ? '*' : '-';
}

}  // namespace

void BlockWriter::line(std::string_view text) {
  for (auto const each : split(text, '\n')) {
    auto const& prefix = once_.empty() ? prefix_ : once_;
    out_ += prefix;
    out_ += each;
    while (each.empty() && out_.ends_with(' ')) out_.pop_back();
    out_ += '\n';
    once_.clear();
  }
}

void BlockWriter::blank() { line(""); }

void BlockWriter::blocks(
    const json::Array& nodes, std::size_t first, std::size_t count, std::string_view parent
) {
  if (depth_ > kMaxNesting) return;
  ++depth_;
  std::string_view before;
  char bullet = 0;
  auto const end = std::min(nodes.size(), first + count);
  for (auto i = first; i < end; ++i) {
    auto const type = type_of(nodes[i]);
    if (type.empty()) continue;
    auto const tight = parent == "listItem" && before == "paragraph" && may_interrupt(nodes[i]);
    if (!before.empty() && !tight) blank();
    bullet_ = bullet;
    block(nodes[i]);
    bullet = is_list(type) ? bullet_ : '\0';
    before = type;
  }
  --depth_;
}

void BlockWriter::children(const json::Value& node) {
  auto const& content = content_or_nothing(node);
  blocks(content, 0, content.size(), type_of(node));
}

void BlockWriter::block(const json::Value& node) {
  using Write = void (BlockWriter::*)(const json::Value&);
  struct Row {
    std::string_view type;
    Write write;
  };
  static constexpr Row kRows[] = {
      {"bulletList", &BlockWriter::list},
      {"orderedList", &BlockWriter::list},
      {"taskList", &BlockWriter::list},
      {"codeBlock", &BlockWriter::code},
      {"blockquote", &BlockWriter::quote},
      {"panel", &BlockWriter::quote},
      {"expand", &BlockWriter::expand},
      {"nestedExpand", &BlockWriter::expand},
      {"mediaSingle", &BlockWriter::media},
      {"mediaGroup", &BlockWriter::media},
      {"table", &BlockWriter::table},
  };
  auto const type = type_of(node);
  auto const number = numbers_.number_of(node);
  if (number < numbers_.size()) return shell(node, number);
  for (auto const& row : kRows) {
    if (row.type == type) return (this->*row.write)(node);
  }
  if (type == "rule") return line("---");
  if (type == "heading") {
    auto const level =
        std::clamp<std::int64_t>(json::find_int(node, "attrs.level").value_or(1), 1, 6);
    auto text = inline_markdown(content_or_nothing(node), Place::heading, numbers_);
    return line(std::string(std::size_t(level), '#') + (text.empty() ? "" : " ") + text);
  }
  if (type == "paragraph") {
    return line(inline_markdown(content_or_nothing(node), Place::paragraph, numbers_));
  }
  // Inline nodes, items and the like where blocks belong: their text is better than nothing.
  std::string text;
  append_plain(text, node);
  line(escape_text(text, &numbers_));
}

void BlockWriter::list(const json::Value& node) {
  auto const ordered = type_of(node) == "orderedList";
  auto const bullet = bullet_after(bullet_, ordered);
  auto number = order_of(node);
  std::size_t task_lists = 0;  // that follow each other
  for (auto const& child : content_or_nothing(node)) {
    if (type_of(child) == "taskList") {
      auto const outer = prefix_.size();
      prefix_ += "  ";
      bullet_ = task_lists++ % 2 == 0 ? '\0' : '-';
      list(child);
      prefix_.resize(outer);
      continue;
    }
    task_lists = 0;
    item(child, ordered ? fmt::format("{}{} ", number++, bullet) : fmt::format("{} ", bullet));
  }
  bullet_ = bullet;
}

void BlockWriter::item(const json::Value& node, const std::string& bullet) {
  once_ = (once_.empty() ? prefix_ : once_) + bullet;
  auto const outer = prefix_.size();
  prefix_.append(bullet.size(), ' ');
  if (type_of(node) == "taskItem") {
    auto const* const box = attribute(node, "state") == "DONE" ? "[x] " : "[ ] ";
    line(box + inline_markdown(content_or_nothing(node), Place::task, numbers_));
  } else {
    children(node);
  }
  if (!once_.empty()) line("<br>");
  prefix_.resize(outer);
}

void BlockWriter::code(const json::Value& node) {
  std::string text;
  append_plain(text, node);
  constexpr std::size_t kShortest = 3;
  std::string const fence(std::max(kShortest, longest_run(text, '`') + 1), '`');
  line(fence + escape_attribute(attribute(node, "language"), false));
  if (!text.empty()) line(text);
  line(fence);
}

void BlockWriter::quote(const json::Value& node) {
  auto const outer = prefix_.size();
  if (!once_.empty()) once_ += "> ";
  prefix_ += "> ";
  if (type_of(node) == "panel") {
    line(fmt::format("[!{}]", panel_word(attribute(node, "panelType"))));
    auto const& content = content_or_nothing(node);
    if (content.empty() || type_of(content[0]) != "paragraph") blank();
  }
  children(node);
  prefix_.resize(outer);
}

void BlockWriter::expand(const json::Value& node) {
  line("<details>");
  if (json::find_string(node, "attrs.title")) {
    line("<summary>" + escape_text(attribute(node, "title")) + "</summary>");
  }
  blank();
  children(node);
  blank();
  line("</details>");
}

void BlockWriter::media(const json::Value& node) {
  std::string text;
  for (auto const& child : content_or_nothing(node)) {
    if (type_of(child) == "media") {
      if (!text.empty()) text += ' ';
      text += atom_markdown(child);
      continue;
    }
    std::string caption;
    append_plain(caption, child);
    if (!caption.empty() && text.ends_with(')')) {
      text.insert(text.size() - 1, fmt::format(" \"{}\"", escape_attribute(caption, true)));
    }
  }
  line(text);
}

void BlockWriter::shell(const json::Value& node, std::size_t number) {
  line(marker(node, number));
  if (treatment_of(node) != Treatment::shell || depth_ >= kMaxNesting) return;
  blank();
  children(node);
  blank();
  line(closing_marker(number));
}

void BlockWriter::table(const json::Value& node) { line(table_markdown(node, numbers_)); }

}  // namespace davit::connectors::atlassian::adf
