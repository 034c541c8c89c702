// The content rules of the ADF schema (http://go.atlassian.com/adf-json-schema, copy of 2025-02) as
// a table: which nodes there are, what may be inside, and which attributes they need.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/answers.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::string_view kInline =
    "text hardBreak mention emoji date placeholder inlineCard status inlineExtension mediaInline";
constexpr std::string_view kCaption =
    "text hardBreak mention emoji date placeholder inlineCard status";
constexpr std::string_view kListItem =
    "paragraph bulletList orderedList taskList mediaSingle codeBlock extension";
constexpr std::string_view kQuote =
    "paragraph orderedList bulletList codeBlock mediaSingle mediaGroup extension";
constexpr std::string_view kPanel =
    "paragraph heading bulletList orderedList blockCard mediaGroup mediaSingle codeBlock taskList "
    "rule decisionList extension";
constexpr std::string_view kNestedExpand =
    "paragraph heading mediaSingle mediaGroup codeBlock bulletList orderedList taskList "
    "decisionList rule panel blockquote extension";
constexpr std::string_view kCell =
    "paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaSingle "
    "mediaGroup decisionList taskList blockCard embedCard extension nestedExpand";
constexpr std::string_view kNonNestable =
    "paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaGroup "
    "mediaSingle decisionList taskList table blockCard embedCard extension";
constexpr std::string_view kExpand =
    "paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaGroup "
    "mediaSingle decisionList taskList table blockCard embedCard extension nestedExpand";
constexpr std::string_view kColumn =
    "blockCard codeBlock mediaSingle paragraph taskList orderedList bulletList blockquote "
    "decisionList embedCard extension heading mediaGroup rule panel table bodiedExtension expand";
constexpr std::string_view kDocument =
    "blockCard codeBlock mediaSingle paragraph taskList orderedList bulletList blockquote "
    "decisionList embedCard extension heading mediaGroup rule panel table bodiedExtension expand "
    "layoutSection";

struct Rule {
  std::string_view type;
  std::string_view children;  // "" for a leaf
  std::string_view attrs;     // that must be there
  bool needs_content = false;
};

constexpr Rule kRules[] = {
    {"doc", kDocument, ""},
    {"paragraph", kInline, ""},
    {"heading", kInline, "level"},
    {"bulletList", "listItem", "", true},
    {"orderedList", "listItem", "", true},
    {"listItem", kListItem, "", true},
    {"taskList", "taskItem taskList", "localId", true},
    {"taskItem", kInline, "localId state"},
    {"decisionList", "decisionItem", "localId", true},
    {"decisionItem", kInline, "localId state"},
    {"codeBlock", "text", ""},
    {"blockquote", kQuote, "", true},
    {"panel", kPanel, "panelType", true},
    {"rule", "", ""},
    {"table", "tableRow", "", true},
    {"tableRow", "tableCell tableHeader", "", true},
    {"tableCell", kCell, "", true},
    {"tableHeader", kCell, "", true},
    {"expand", kExpand, "", true},
    {"nestedExpand", kNestedExpand, "", true},
    {"mediaSingle", "media caption", "", true},
    {"mediaGroup", "media", "", true},
    {"media", "", "type"},
    {"caption", kCaption, ""},
    {"layoutSection", "layoutColumn", "", true},
    {"layoutColumn", kColumn, "width", true},
    {"blockCard", "", ""},
    {"embedCard", "", "url layout"},
    {"extension", "", "extensionKey extensionType"},
    {"bodiedExtension", kNonNestable, "extensionKey extensionType", true},
    {"inlineExtension", "", "extensionKey extensionType"},
    {"text", "", ""},
    {"hardBreak", "", ""},
    {"mention", "", "id"},
    {"emoji", "", "shortName"},
    {"date", "", "timestamp"},
    {"placeholder", "", "text"},
    {"status", "", "text color"},
    {"inlineCard", "", ""},
    {"mediaInline", "", "id collection"},
};

constexpr std::string_view kMarks =
    "strong em strike code link underline subsup textColor backgroundColor border alignment "
    "indentation breakout annotation fragment dataConsumer";
constexpr std::string_view kPanels = "info note tip warning error success custom";
constexpr std::string_view kColors = "neutral purple blue red yellow green";

const Rule* rule_of(std::string_view type) {
  auto const* found = std::ranges::find(kRules, type, &Rule::type);
  return found == std::end(kRules) ? nullptr : found;
}

using Problem = std::optional<std::string>;

Problem attribute_problem(const Rule& rule, const json::Value& node, std::string_view path) {
  auto const* attrs = member(node, "attrs");
  for (auto const name : split(rule.attrs, ' ')) {
    if (name.empty()) continue;
    if (attrs == nullptr || member(*attrs, name) == nullptr) {
      return fmt::format("{}: {} needs the attribute '{}'", path, rule.type, name);
    }
  }
  if (rule.type == "heading") {
    auto const level = json::find_int(*attrs, "level").value_or(0);
    if (level < 1 || level > 6) return fmt::format("{}: heading level must be 1 to 6", path);
  }
  if (rule.type == "panel" && !has_word(kPanels, text_of(member(*attrs, "panelType")))) {
    return fmt::format("{}: unknown panelType", path);
  }
  if (rule.type == "status" && !has_word(kColors, text_of(member(*attrs, "color")))) {
    return fmt::format("{}: unknown status color", path);
  }
  return std::nullopt;
}

// `code` goes with links and annotations only; text of a code block has no marks.
Problem mark_problem(const json::Value& node, std::string_view parent, std::string_view path) {
  auto const* marks = member(node, "marks");
  if (marks == nullptr) return std::nullopt;
  if (!marks->is_array()) return fmt::format("{}: marks is no array", path);
  bool has_code = false;
  bool has_other = false;
  for (auto const& mark : marks->get_array()) {
    auto const type = text_of(member(mark, "type"));
    if (!has_word(kMarks, type)) return fmt::format("{}: unknown mark type '{}'", path, type);
    has_code |= type == "code";
    has_other |= type != "code" && type != "link" && type != "annotation";
  }
  if (has_code && has_other) return fmt::format("{}: code combines with link only", path);
  if (parent == "codeBlock" && !marks->get_array().empty()) {
    return fmt::format("{}: text in a codeBlock has no marks", path);
  }
  return std::nullopt;
}

// What the table cannot say.
Problem order_problem(const Rule& rule, const json::Array& content, std::string_view path) {
  if (content.empty()) return std::nullopt;
  auto const first = text_of(member(content[0], "type"));
  if (rule.type == "listItem" && !has_word("paragraph mediaSingle codeBlock extension", first)) {
    return fmt::format("{}: a listItem cannot begin with {}", path, first);
  }
  if (rule.type == "taskList" && first != "taskItem") {
    return fmt::format("{}: a taskList begins with a taskItem", path);
  }
  if (rule.type == "mediaSingle" && first != "media") {
    return fmt::format("{}: a mediaSingle begins with media", path);
  }
  return std::nullopt;
}

Problem node_problem(const json::Value& node, std::string_view parent, const std::string& path) {
  auto const type = text_of(member(node, "type"));
  auto const* rule = rule_of(type);
  if (rule == nullptr) return fmt::format("{}: unknown node type '{}'", path, type);
  if (auto problem = attribute_problem(*rule, node, path)) return problem;
  if (auto problem = mark_problem(node, parent, path)) return problem;
  if (type == "text" && text_of(member(node, "text")).empty()) {
    return fmt::format("{}: text must not be empty", path);
  }
  auto const* content = member(node, "content");
  auto const is_empty = content == nullptr || !content->is_array() || content->get_array().empty();
  if (content != nullptr && !content->is_array()) {
    return fmt::format("{}: content is no array", path);
  }
  if (is_empty) {
    if (rule->needs_content) return fmt::format("{}: {} must not be empty", path, type);
    return std::nullopt;
  }
  if (auto problem = order_problem(*rule, content->get_array(), path)) return problem;
  std::size_t index = 0;
  for (auto const& child : content->get_array()) {
    auto const below = fmt::format("{}/content/{}", path, index++);
    auto const name = text_of(member(child, "type"));
    if (rule_of(name) != nullptr && !has_word(rule->children, name)) {
      return fmt::format("{}: {} is not allowed in {}", below, name, type);
    }
    if (auto problem = node_problem(child, type, below)) return problem;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> adf_problem(const json::Value& document) {
  if (text_of(member(document, "type")) != "doc") return "the top node must be a doc";
  if (json::find_int(document, "version") != 1) return "version must be 1";
  auto const* content = member(document, "content");
  if (content == nullptr || !content->is_array()) return "doc needs content";
  return node_problem(document, "", "");
}

}  // namespace davit::sandbox::confluence
