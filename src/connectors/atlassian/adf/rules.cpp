#include "connectors/atlassian/adf/rules.h"

#include <algorithm>

namespace davit::connectors::atlassian::adf {
namespace {

// Named in `children` below.
constexpr std::string_view kInline =
    "text date emoji hardBreak inlineCard mention placeholder status inlineExtension mediaInline";
constexpr std::string_view kFlow =
    "blockCard codeBlock mediaSingle paragraph taskList orderedList bulletList blockquote "
    "decisionList embedCard extension heading mediaGroup rule panel table";
constexpr std::string_view kCell =
    "paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaSingle "
    "mediaGroup decisionList taskList blockCard embedCard extension nestedExpand";

constexpr NodeRule kRules[] = {
    {"doc", "@flow bodiedExtension expand layoutSection", "", ""},
    {"paragraph", "@inline", "alignment indentation", ""},
    {"heading", "@inline", "alignment indentation", "level"},
    {"codeBlock", "text", "breakout", ""},
    {"blockquote", "paragraph orderedList bulletList codeBlock mediaSingle mediaGroup", "", "", true
    },
    {"bulletList", "listItem", "", "", true},
    {"orderedList", "listItem", "", "", true},
    {"listItem", "paragraph bulletList orderedList taskList mediaSingle codeBlock", "", "", true},
    {"taskList", "taskItem taskList", "", "localId", true},
    {"taskItem", "@inline", "", "localId state"},
    {"decisionList", "decisionItem", "", "localId", true},
    {"decisionItem", "@inline", "", "localId state"},
    {"panel",
     "paragraph heading bulletList orderedList blockCard mediaGroup mediaSingle codeBlock taskList "
     "rule decisionList",
     "",
     "panelType",
     true},
    {"rule", "", "", ""},
    {"table", "tableRow", "fragment", "", true},
    {"tableRow", "tableCell tableHeader", "", ""},
    {"tableCell", "@cell", "", "", true},
    {"tableHeader", "@cell", "", "", true},
    {"expand", "@flow nestedExpand", "breakout", "", true},
    {"nestedExpand",
     "paragraph heading mediaSingle mediaGroup codeBlock bulletList orderedList taskList "
     "decisionList rule panel blockquote",
     "",
     "",
     true},
    {"bodiedExtension", "@flow", "dataConsumer fragment", "extensionKey extensionType", true},
    {"extension", "", "dataConsumer fragment", "extensionKey extensionType"},
    {"inlineExtension", "", "dataConsumer fragment", "extensionKey extensionType"},
    {"layoutSection", "layoutColumn", "breakout", "", true},
    {"layoutColumn", "@flow bodiedExtension expand", "", "width", true},
    {"mediaSingle", "media caption", "link", "", true},
    {"mediaGroup", "media", "", "", true},
    {"media", "", "link annotation border", "type"},
    {"mediaInline", "", "link annotation border", "id collection"},
    {"caption", "text hardBreak mention emoji date placeholder inlineCard status", "", ""},
    {"blockCard", "", "", ""},
    {"embedCard", "", "", "url layout"},
    {"inlineCard", "", "annotation", ""},
    {"hardBreak", "", "", ""},
    {"mention", "", "annotation", "id"},
    {"emoji", "", "annotation", "shortName"},
    {"date", "", "annotation", "timestamp"},
    {"placeholder", "", "", "text"},
    {"status", "", "annotation", "text color"},
    {"text",
     "",
     "link em strong strike subsup underline textColor annotation backgroundColor code",
     ""},
};

}  // namespace

const NodeRule* rule_of(std::string_view type) {
  auto const* found = std::ranges::find(kRules, type, &NodeRule::type);
  return found == std::end(kRules) ? nullptr : found;
}

bool is_word_in(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; (at = words.find(word, at)) != std::string_view::npos; ++at) {
    auto const end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) {
      return !word.empty();
    }
  }
  return false;
}

bool allows(std::string_view parent, std::string_view child) {
  auto const* rule = rule_of(parent);
  if (rule == nullptr || rule_of(child) == nullptr) return true;
  return is_word_in(rule->children, child) ||
         (rule->children.starts_with("@inline") && is_word_in(kInline, child)) ||
         (rule->children.starts_with("@flow") && is_word_in(kFlow, child)) ||
         (rule->children.starts_with("@cell") && is_word_in(kCell, child));
}

bool may_begin_item(std::string_view type) {
  return type == "paragraph" || type == "mediaSingle" || type == "codeBlock" ||
         rule_of(type) == nullptr;
}

}  // namespace davit::connectors::atlassian::adf
