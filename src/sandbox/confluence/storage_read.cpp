#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/answers.h"
#include "sandbox/confluence/storage.h"
#include "sandbox/confluence/xhtml.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
    {"strong", "strong"},
    {"b", "strong"},
    {"em", "em"},
    {"i", "em"},
    {"code", "code"},
    {"del", "strike"},
    {"u", "underline"},
};
constexpr std::string_view kInline =
    "strong b em i code del u a br time span ac:link ac:inline-comment-marker";
constexpr std::string_view kPanels = "info note tip warning";

json::Object node(std::string_view type, json::Array content) {
  return {{"type", type}, {"content", std::move(content)}};
}

json::Object mark_of(const Element& element) {
  if (element.name == "a") {
    return {{"type", "link"}, {"attrs", json::Object{{"href", element.attr("href")}}}};
  }
  if (element.name == "ac:inline-comment-marker") {
    return {
        {"type", "annotation"},
        {"attrs", json::Object{{"annotationType", "inlineComment"}, {"id", element.attr("ac:ref")}}}
    };
  }
  for (auto const& [name, type] : kMarks) {
    if (name == element.name) return {{"type", type}};
  }
  return {};
}

void add_inline(const Element& element, const json::Array& marks, json::Array& out) {
  if (element.name.empty()) {
    json::Object text{{"type", "text"}, {"text", element.text}};
    if (!marks.empty()) text["marks"] = marks;
    out.emplace_back(std::move(text));
  } else if (element.name == "br") {
    out.emplace_back(json::Object{{"type", "hardBreak"}});
  } else if (auto const* user = element.child("ri:user")) {
    json::Object attrs{{"id", user->attr("ri:account-id")}};
    out.emplace_back(json::Object{{"type", "mention"}, {"attrs", std::move(attrs)}});
  } else {
    auto inner = marks;
    if (auto mark = mark_of(element); !mark.empty()) inner.emplace_back(std::move(mark));
    for (auto const& child : element.children) add_inline(child, inner, out);
  }
}

json::Array blocks_of(const Element& parent);

// A cell or an item holds at least a paragraph.
json::Array blocks_or_empty(const Element& parent) {
  auto blocks = blocks_of(parent);
  if (blocks.empty()) blocks.emplace_back(node("paragraph", {}));
  return blocks;
}

json::Array inline_of(const Element& parent) {
  json::Array content;
  for (auto const& child : parent.children) add_inline(child, {}, content);
  return content;
}

json::Array each(const Element& parent, std::string_view name, std::string_view type) {
  json::Array all;
  for (auto const& child : parent.children) {
    if (child.name == name) all.emplace_back(node(type, blocks_or_empty(child)));
  }
  return all;
}

void add_rows(const Element& parent, json::Array& rows) {
  for (auto const& child : parent.children) {
    if (child.name == "tbody" || child.name == "thead") add_rows(child, rows);
    if (child.name != "tr") continue;
    json::Array cells;
    for (auto const& cell : child.children) {
      if (cell.name != "td" && cell.name != "th") continue;
      cells.emplace_back(
          node(cell.name == "th" ? "tableHeader" : "tableCell", blocks_or_empty(cell))
      );
    }
    if (!cells.empty()) rows.emplace_back(node("tableRow", std::move(cells)));
  }
}

json::Object params_of(const Element& macro) {
  json::Object params;
  for (auto const& child : macro.children) {
    if (child.name != "ac:parameter") continue;
    params[child.attr("ac:name")] = json::Object{{"value", child.all_text()}};
  }
  return params;
}

json::Object macro_of(const Element& macro) {
  auto const name = macro.attr("ac:name");
  auto const* body = macro.child("ac:rich-text-body");
  auto params = params_of(macro);
  if (name == "code") {
    auto const* plain = macro.child("ac:plain-text-body");
    auto const text = plain == nullptr ? std::string() : plain->all_text();
    json::Array content;
    if (!text.empty()) content.emplace_back(json::Object{{"type", "text"}, {"text", text}});
    auto block = node("codeBlock", std::move(content));
    if (auto const* language = params.if_contains("language")) {
      block["attrs"] = json::Object{{"language", text_of(member(*language, "value"))}};
    }
    return block;
  }
  if (has_word(kPanels, name) && body != nullptr) {
    auto block = node("panel", blocks_or_empty(*body));
    block["attrs"] = json::Object{{"panelType", name}};
    return block;
  }
  json::Object attrs{
      {"extensionType", "com.atlassian.confluence.macro.core"},
      {"extensionKey", name},
      {"parameters", json::Object{{"macroParams", std::move(params)}}},
      {"layout", "default"}
  };
  if (body == nullptr) return {{"type", "extension"}, {"attrs", std::move(attrs)}};
  auto block = node("bodiedExtension", blocks_or_empty(*body));
  block["attrs"] = std::move(attrs);
  return block;
}

void add_block(const Element& element, json::Array& out) {
  auto const& name = element.name;
  if (name == "p") {
    out.emplace_back(node("paragraph", inline_of(element)));
  } else if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
    auto heading = node("heading", inline_of(element));
    heading["attrs"] = json::Object{{"level", name[1] - '0'}};
    out.emplace_back(std::move(heading));
  } else if (name == "ul" || name == "ol") {
    auto items = each(element, "li", "listItem");
    auto const type = name == "ul" ? "bulletList" : "orderedList";
    if (!items.empty()) out.emplace_back(node(type, std::move(items)));
  } else if (name == "blockquote") {
    out.emplace_back(node("blockquote", blocks_or_empty(element)));
  } else if (name == "hr") {
    out.emplace_back(json::Object{{"type", "rule"}});
  } else if (name == "table") {
    json::Array rows;
    add_rows(element, rows);
    if (!rows.empty()) out.emplace_back(node("table", std::move(rows)));
  } else if (name == "ac:structured-macro") {
    out.emplace_back(macro_of(element));
  } else {
    for (auto& block : blocks_of(element)) out.push_back(std::move(block));
  }
}

// Text and inline elements that stand between blocks make a paragraph.
json::Array blocks_of(const Element& parent) {
  json::Array blocks;
  json::Array loose;
  auto const flush = [&] {
    if (!loose.empty()) blocks.emplace_back(node("paragraph", std::move(loose)));
    loose = {};
  };
  for (auto const& child : parent.children) {
    auto const is_text = child.name.empty();
    if (is_text && trim(child.text).find_first_not_of("\r\n \t") == std::string_view::npos) {
      continue;
    }
    if (is_text || has_word(kInline, child.name)) {
      add_inline(child, {}, loose);
      continue;
    }
    flush();
    add_block(child, blocks);
  }
  flush();
  return blocks;
}

}  // namespace

Result<json::Value> storage_to_adf(std::string_view storage) {
  DAVIT_TRY(auto const top, parse_xhtml(storage));
  return json::Value(json::Object{{"type", "doc"}, {"version", 1}, {"content", blocks_of(top)}});
}

}  // namespace davit::sandbox::confluence
