#include "sandbox/atlassian/adf.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::sandbox::atlassian::adf {
namespace {

// Of the schema at unpkg.com/@atlaskit/adf-schema/dist/json-schema/v1/full.json.
constexpr std::string_view kNodes[] = {
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "listItem",
    "taskList",
    "taskItem",
    "decisionList",
    "decisionItem",
    "codeBlock",
    "blockquote",
    "panel",
    "rule",
    "table",
    "tableRow",
    "tableHeader",
    "tableCell",
    "expand",
    "nestedExpand",
    "mediaSingle",
    "mediaGroup",
    "media",
    "caption",
    "layoutSection",
    "layoutColumn",
    "blockCard",
    "embedCard",
    "extension",
    "bodiedExtension",
    "placeholder",
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "mediaInline",
    "inlineExtension",
    "blockTaskItem",
    "syncBlock",
    "bodiedSyncBlock",
    "multiBodiedExtension",
    "extensionFrame",
};
constexpr std::string_view kMarks[] = {
    "strong",
    "em",
    "strike",
    "code",
    "link",
    "underline",
    "subsup",
    "textColor",
    "backgroundColor",
    "border",
    "alignment",
    "indentation",
    "breakout",
    "annotation",
    "fragment",
    "dataConsumer",
};
constexpr std::string_view kInline[] = {
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "mediaInline",
    "inlineExtension",
    "placeholder",
};

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

bool are_marks(const json::Value& node, std::string_view parent) {
  auto const* marks = json::find_array(node, "marks");
  if (marks == nullptr) return true;
  if (parent == "codeBlock" && !marks->empty()) return false;
  return std::ranges::all_of(*marks, [](const json::Value& mark) {
    return is_one_of(kMarks, json::find_string(mark, "type").value_or(""));
  });
}

bool is_node(const json::Value& node, std::string_view parent) {
  auto const type = json::find_string(node, "type").value_or("");
  if (!is_one_of(kNodes, type) || !are_marks(node, parent)) return false;
  if (parent == "doc" && is_one_of(kInline, type)) return false;
  if (type == "text") return !json::find_string(node, "text").value_or("").empty();
  if (type == "mention") return json::find_string(node, "attrs.id").has_value();
  if (type == "heading") {
    auto const level = json::find_int(node, "attrs.level").value_or(0);
    if (level < 1 || level > 6) return false;
  }
  auto const* content = json::find_array(node, "content");
  return content == nullptr || std::ranges::all_of(*content, [&](const json::Value& child) {
           return is_node(child, type);
         });
}

void append_plain(std::string& out, const json::Value& node) {
  if (auto const text = json::find_string(node, "text")) out += *text;
  if (auto const shown = json::find_string(node, "attrs.text")) out += *shown;
  if (auto const url = json::find_string(node, "attrs.url")) out += *url;
  if (json::find_string(node, "type") == "hardBreak") out += '\n';
  auto const* content = json::find_array(node, "content");
  if (content == nullptr) return;
  for (auto const& child : *content) append_plain(out, child);
  if (!is_one_of(kInline, json::find_string(node, "type").value_or(""))) out += '\n';
}

}  // namespace

json::Value text(std::string_view text) { return json::Object{{"type", "text"}, {"text", text}}; }

json::Value paragraph(std::string_view words) {
  json::Array content;
  if (!words.empty()) content.push_back(text(words));
  return json::Object{{"type", "paragraph"}, {"content", std::move(content)}};
}

json::Value node(std::string_view type, json::Object attrs, json::Array content) {
  json::Object made{{"type", type}};
  if (!attrs.empty()) made["attrs"] = std::move(attrs);
  if (!content.empty()) made["content"] = std::move(content);
  return made;
}

json::Value doc(json::Array blocks) {
  return json::Object{{"type", "doc"}, {"version", 1}, {"content", std::move(blocks)}};
}

json::Value doc_of(std::string_view lines) {
  json::Array blocks;
  for (auto const line : split(lines, '\n')) blocks.push_back(paragraph(line));
  return doc(std::move(blocks));
}

bool is_valid(const json::Value& document) {
  if (json::find_string(document, "type") != "doc") return false;
  if (json::find_int(document, "version") != 1) return false;
  auto const* content = json::find_array(document, "content");
  return content != nullptr && std::ranges::all_of(*content, [](const json::Value& node) {
           return is_node(node, "doc");
         });
}

std::string plain(const json::Value& document) {
  std::string out;
  append_plain(out, document);
  return out;
}

}  // namespace davit::sandbox::atlassian::adf
