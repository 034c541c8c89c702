#include "connectors/atlassian/adf/opaque.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::array<std::string_view, 18> kNative = {
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "listItem",
    "taskList",
    "taskItem",
    "codeBlock",
    "blockquote",
    "rule",
    "table",
    "tableRow",
    "tableCell",
    "tableHeader",
    "expand",
    "nestedExpand",
    "mediaSingle",
    "mediaGroup",
};

// Of a panel, only the kind has a form.
bool is_plain_panel(const json::Value& node) {
  auto const* attributes = json::find_object(node, "attrs");
  if (attributes == nullptr || panel_word(attribute(node, "panelType")).empty()) return false;
  return std::ranges::none_of(*attributes, [](auto const& each) {
    return std::string_view(each.key()).starts_with("panel") && each.key() != "panelType";
  });
}

bool has_children(const json::Value& node) {
  auto const* content = content_of(node);
  return content != nullptr && !content->empty();
}

// Only media that can be named; a caption may follow the first.
bool is_plain_media(const json::Value& node) {
  auto const* content = content_of(node);
  if (content == nullptr || content->empty()) return false;
  auto const only_media = type_of(node) == "mediaGroup";
  for (std::size_t i = 0; i < content->size(); ++i) {
    auto const& child = (*content)[i];
    if (!only_media && i > 0 && type_of(child) == "caption") continue;
    if (type_of(child) != "media" || atom_markdown(child).empty()) return false;
  }
  return only_media || type_of((*content)[0]) == "media";
}

std::string label_of(const json::Value& node) {
  std::string label(type_of(node));
  for (auto const* name : {"panelType", "extensionKey", "title", "url", "text"}) {
    if (auto const value = attribute(node, name); !value.empty()) label.append(" ").append(value);
  }
  if (auto const title = json::find_string(node, "attrs.parameters.macroMetadata.title")) {
    label.append(" ").append(*title);
  }
  // Nothing that could end a comment, or begin something else.
  std::string out;
  constexpr std::size_t kLongest = 160;
  for (auto const c : label.substr(0, kLongest)) {
    auto const plain = is_label_character(c) && !(c == '-' && out.ends_with('-'));
    if (plain)
      out += c;
    else if (!out.ends_with('_'))
      out += '_';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "unknown" : out;
}

}  // namespace

Treatment treatment_of(const json::Value& node) {
  auto const type = type_of(node);
  if (type == "panel") return is_plain_panel(node) ? Treatment::native : Treatment::shell;
  if (type == "layoutSection" || type == "layoutColumn" || type == "bodiedExtension") {
    return has_children(node) ? Treatment::shell : Treatment::marker;
  }
  if (type == "mediaSingle" || type == "mediaGroup") {
    return is_plain_media(node) ? Treatment::native : Treatment::marker;
  }
  if (type == "text" || type == "hardBreak" || std::ranges::find(kNative, type) != kNative.end()) {
    return Treatment::native;
  }
  return atom_markdown(node).empty() ? Treatment::marker : Treatment::native;
}

Opaque::Opaque(const json::Value& doc) {
  auto const* content = content_of(doc);
  if (content == nullptr) return;
  for (auto const& child : *content) collect(child, &doc, 1);
}

void Opaque::collect(const json::Value& node, const json::Value* parent, std::size_t depth) {
  if (auto const id = attribute(node, "localId"); !id.empty()) ++local_ids_[std::string(id)];
  if (parent != nullptr) parents_[&node] = parent;
  auto const treatment = treatment_of(node);
  if (treatment != Treatment::native || depth >= kMaxNesting) {
    numbers_[&node] = nodes_.size();
    nodes_.push_back(&node);
    inline_.push_back(holds_inline(type_of(*parent)));
    if (treatment == Treatment::marker || depth >= kMaxNesting) return;
  } else if (auto const key = original_key(node); !key.empty()) {
    shown_[key].push_back(&node);
  }
  auto const* content = content_of(node);
  if (content == nullptr) return;
  for (auto const& child : *content) collect(child, &node, depth + 1);
}

const json::Value* Opaque::node(std::size_t number) const {
  return number < nodes_.size() ? nodes_[number] : nullptr;
}

std::size_t Opaque::number_of(const json::Value& node) const {
  auto const found = numbers_.find(&node);
  return found == numbers_.end() ? nodes_.size() : found->second;
}

const std::vector<const json::Value*>* Opaque::shown_as(const std::string& key) const {
  auto const found = shown_.find(key);
  return found == shown_.end() ? nullptr : &found->second;
}

const json::Value* Opaque::parent_of(const json::Value* node) const {
  auto const found = parents_.find(node);
  return found == parents_.end() ? nullptr : found->second;
}

std::string marker(const json::Value& node, std::size_t number) {
  return fmt::format("<!-- adf:{} {} -->", number, label_of(node));
}

std::string closing_marker(std::size_t number) { return fmt::format("<!-- /adf:{} -->", number); }

bool read_marker(std::string_view html, Marker& out) {
  constexpr std::string_view kOpen = "<!--";
  constexpr std::string_view kClose = "-->";
  if (!html.starts_with(kOpen) || !html.ends_with(kClose)) return false;
  if (html.size() < kOpen.size() + kClose.size()) return false;
  html = html.substr(kOpen.size(), html.size() - kOpen.size() - kClose.size());
  while (html.starts_with(' ')) html.remove_prefix(1);
  out.closes = html.starts_with('/');
  if (out.closes) html.remove_prefix(1);
  if (!html.starts_with("adf:")) return false;
  html.remove_prefix(4);
  auto const [end, ec] = std::from_chars(html.data(), html.data() + html.size(), out.number);
  if (ec != std::errc()) return false;
  return end == html.data() + html.size() || *end == ' ';
}

}  // namespace davit::connectors::atlassian::adf
