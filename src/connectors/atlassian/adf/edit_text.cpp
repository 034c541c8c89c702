// replace_text: the runs of one block are cut at the ends of the anchor, and only what is between
// is replaced.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/edit_parts.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/inline_reader.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/rules.h"

namespace davit::connectors::atlassian::adf {
namespace {

// The flat size of an inline node, as in flat_text.
std::size_t flat_size(const json::Value& node) {
  auto const type = type_of(node);
  return type == "text" ? text_of(node).size() : type == "hardBreak" ? 1 : 3;
}

// Cuts the text at `position`, so that a node begins there; gives that node's index.
std::size_t cut(json::Array& content, std::size_t position) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (at >= position) return i;
    auto const size = flat_size(content[i]);
    if (position < at + size) {
      std::string const text(text_of(content[i]));
      auto second = content[i];
      content[i].get_object()["text"] = text.substr(0, position - at);
      second.get_object()["text"] = text.substr(position - at);
      content.insert(content.begin() + std::ptrdiff_t(i) + 1, std::move(second));
      return i + 1;
    }
    at += size;
  }
  return content.size();
}

// The marks that every text from `first` to `end` has.
json::Array common_marks(const json::Array& content, std::size_t first, std::size_t end) {
  json::Array common;
  auto is_first = true;
  for (auto i = first; i < end; ++i) {
    if (type_of(content[i]) != "text") continue;
    auto const* marks = marks_of(content[i]);
    json::Array const own = marks == nullptr ? json::Array() : *marks;
    if (std::exchange(is_first, false)) {
      common = own;
      continue;
    }
    json::Array both;
    for (auto const& mark : common) {
      if (std::ranges::find(own, mark) != own.end()) both.push_back(mark);
    }
    common = std::move(both);
  }
  return common;
}

// Code goes only with links and annotations; a mark of its own counts before one that was there.
void add_marks(json::Value& node, const json::Array& kept) {
  json::Array marks;
  auto const* own = marks_of(node);
  if (own != nullptr) marks = *own;
  auto const is_code =
      has_mark(node, "code") || (own == nullptr && std::ranges::any_of(kept, [](auto const& mark) {
                                   return type_of(mark) == "code";
                                 }));
  for (auto const& mark : kept) {
    auto const type = type_of(mark);
    if (has_mark(node, type)) continue;
    if (is_code && !is_word_in("code link annotation", type)) continue;
    if (!is_code && type == "code") continue;
    marks.push_back(mark);
  }
  if (!marks.empty()) node.get_object()["marks"] = std::move(marks);
}

Result<json::Array> replacement(const Edit& edit, std::string_view type, const Opaque& originals) {
  if (edit.text.empty()) return json::Array();
  if (type == "codeBlock") {
    json::Array content;
    content.push_back(make_text(edit.text));
    return content;
  }
  // What would begin a list or a heading elsewhere is part of a sentence here.
  auto text = edit.text.substr(std::min(edit.text.find_first_not_of(' '), edit.text.size()));
  escape_line_start(text);
  DAVIT_TRY(auto content, inline_from_markdown(text, &originals));
  // Markdown drops blanks at its ends; in the middle of a sentence they count.
  auto const blank = [](char c) { return c == ' '; };
  if (content.empty() || blank(edit.text.front())) {
    content.insert(content.begin(), make_text(" "));
  }
  if (edit.text.size() > 1 && blank(edit.text.back())) content.push_back(make_text(" "));
  return content;
}

}  // namespace

Result<Change> replace_text(json::Value& doc, const Edit& edit, const Opaque& originals) {
  DAVIT_TRY(auto found, find_text(doc, edit, originals));
  auto& block = *found.block.node;
  auto const type = type_of(block);
  DAVIT_TRY(auto fresh, replacement(edit, type, originals));
  for (auto const& node : fresh) {
    if (allows(type, type_of(node))) continue;
    return Error(
        ErrorKind::invalid_input, fmt::format("{} may not stand in {}", type_of(node), type)
    );
  }
  Change change{excerpt_of(block), ""};
  auto& content = *content_of(block);
  auto const first = cut(content, found.position);
  auto const end = cut(content, found.position + found.text.size());
  auto const kept = common_marks(content, first, end);
  json::Array made(content.begin(), content.begin() + std::ptrdiff_t(first));
  for (auto& node : fresh) {
    if (type_of(node) == "text") add_marks(node, kept);
    append_inline(made, std::move(node));
  }
  for (auto i = end; i < content.size(); ++i) {
    if (i == end)
      append_inline(made, content[i]);
    else
      made.push_back(content[i]);
  }
  content = std::move(made);
  change.after = excerpt_of(block);
  return change;
}

}  // namespace davit::connectors::atlassian::adf
