// Random Markdown and random documents for the tests of ADF.
#pragma once

#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "connectors/atlassian/adf/inline_reader.h"
#include "connectors/atlassian/adf/marks.h"
#include "connectors/atlassian/adf/node.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// Lines and words that Markdown and our own forms are made of.
inline constexpr std::string_view kWords[] = {
    "a",
    "word",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "~",
    "`",
    "``",
    "```",
    "\n```\n",
    "\n~~~\n",
    "#",
    "# ",
    "## ",
    "> ",
    ">",
    "- ",
    "\n- ",
    "\n  - ",
    "\n* ",
    "+ ",
    "1. ",
    "\n1) ",
    "\n3. ",
    "- [ ] ",
    "\n- [x] ",
    "\n  - [x] ",
    "|",
    "\n| a | b |\n|---|---|\n",
    "\n|---|\n",
    " | ",
    "[",
    "]",
    "(",
    ")",
    "[a](http://x.y)",
    "[",
    "](",
    "<",
    ">",
    "<http://x.y/z>",
    "http://x.y",
    "https://a.b/c?d=e&f",
    "www.x.y",
    "a@b.cd",
    "mailto:",
    "javascript:",
    "\\",
    "\\\\",
    "&",
    "&amp;",
    "&#32;",
    "&#10;",
    "&nbsp;",
    "<br>",
    "<strong>",
    "</strong>",
    "<em>",
    "</em>",
    "<code>",
    "</code>",
    "<u>",
    "</u>",
    "<sub>",
    "</sub>",
    "<sup>",
    "</sup>",
    "<del>",
    "</del>",
    "\n<details>\n",
    "<summary>",
    "</summary>",
    "\n</details>\n",
    "<!-- adf:0 x -->",
    "<!--",
    "-->",
    "[!NOTE]",
    "\n> [!TIP]\n> ",
    "[STATUS: ok (green)]",
    "[DATE: 2026-11-20]",
    "[STATUS: ",
    "(red)]",
    "@",
    "@[Al](712020:ab)",
    "[~accountid:5b]",
    ":smile:",
    ":",
    "!",
    "![i](attachment:9)",
    "![i](http://x.y)",
    "---",
    "\n---\n",
    "===",
    "\n===",
    "    ",
    "\t",
    "\xC3\xA9",
    "\xE2\x80\x94",
    "\xE6\x97\xA5",
    "\xC2\xA0",
    ".",
    ",",
    ";",
    "\"",
    "'",
    "[a]: http://q.r\n",
    "[a]",
    "\r",
    "{",
    "}",
    "=",
    "0",
    "9.",
    "x_y",
    "<a href=\"b\">",
    "</a>",
    "\v",
    "\f",
};

class RandomDoc {
 public:
  explicit RandomDoc(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  std::string words(std::size_t most) {
    std::string text;
    for (auto n = 1 + below(most); n > 0; --n) text += kWords[below(std::size(kWords))];
    return text;
  }

  // Every node that has a form in Markdown, markers and shells; nothing that Markdown drops.
  json::Value doc() {
    ids_ = 0;
    return json::Object{{"type", "doc"}, {"version", 1}, {"content", blocks("doc", 0)}};
  }

 private:
  json::Value line_text() {
    json::Value link = make_node("link", json::Object{{"href", "https://x.y/" + words(2)}}, {});
    auto& href = link.get_object()["attrs"].get_object()["href"].get_string();
    for (auto& c : href) c = static_cast<unsigned char>(c) <= ' ' ? '-' : c;
    auto bits = unsigned(below(3) == 0 ? below(128) : 0);
    if ((bits & kSub) != 0) bits &= ~kSup;
    if ((bits & kCode) != 0) bits = kCode;
    auto text = words(4);
    std::erase(text, '\0');
    return make_text(text, to_marks(bits, below(6) == 0 ? &link : nullptr));
  }

  json::Value inline_node() {
    switch (below(12)) {
      case 0: return make_node("hardBreak");
      case 1:
        return make_node(
            "mention",
            json::Object{{"id", "712:a"}, {"text", "@A " + words(1)}, {"localId", "m"}},
            {}
        );
      case 2:
        return make_node(
            "status",
            json::Object{{"text", "s" + words(2)}, {"color", "red"}, {"localId", words(1)}},
            {}
        );
      case 3:
        return make_node(
            "date", json::Object{{"timestamp", std::to_string(below(2000000000000))}}, {}
        );
      case 4:
        return make_node(
            "emoji", json::Object{{"shortName", ":smile:"}, {"id", "1f604"}, {"text", ":D"}}, {}
        );
      case 5:
        return make_node("inlineCard", json::Object{{"url", "https://x.y/z_a~b?c=d&e=f#g"}}, {});
      case 6:
        return make_node(
            "inlineExtension",
            json::Object{{"extensionKey", words(2)}, {"extensionType", "--> x"}},
            {}
        );
      case 7:
        return make_node(
            "mediaInline",
            json::Object{{"id", "m(1) " + words(1)}, {"collection", "c"}, {"alt", words(1)}},
            {}
        );
      case 8: return make_node("placeholder", json::Object{{"text", words(2)}}, {});
      default: return line_text();
    }
  }

  json::Array line() {
    json::Array out;
    for (auto n = below(6); n > 0; --n) append_inline(out, inline_node());
    return out;
  }

  std::string id() { return "t" + std::to_string(++ids_); }

  json::Value list_item(std::size_t depth) {
    json::Array content;
    content.push_back(make_node("paragraph", line()));
    for (auto n = below(3); n > 0; --n) content.push_back(block("listItem", depth + 1));
    return make_node("listItem", std::move(content));
  }

  json::Value task_list(std::size_t depth) {
    json::Array content;
    for (auto n = 1 + below(3); n > 0; --n) {
      content.push_back(make_node(
          "taskItem",
          json::Object{
              {"localId", id()}, {"state", below(2) == 0 ? kOpenTask : std::string_view("DONE")}
          },
          line()
      ));
      if (depth < 3 && below(3) == 0) content.push_back(task_list(depth + 1));
    }
    return make_node("taskList", json::Object{{"localId", id()}}, std::move(content));
  }

  json::Value table() {
    json::Array rows;
    auto const header = below(2) == 0;
    auto const columns = 1 + below(3);
    for (std::size_t row = 0, count = 1 + below(3); row < count; ++row) {
      json::Array cells;
      for (std::size_t i = 0; i < columns; ++i) {
        json::Array content;
        content.push_back(make_node("paragraph", line()));
        cells.push_back(
            make_node(header && row == 0 ? "tableHeader" : "tableCell", std::move(content))
        );
      }
      rows.push_back(make_node("tableRow", std::move(cells)));
    }
    return make_node("table", std::move(rows));
  }

  json::Value list(std::size_t depth, bool ordered) {
    json::Array items;
    for (auto n = 1 + below(3); n > 0; --n) items.push_back(list_item(depth));
    if (!ordered) return make_node("bulletList", std::move(items));
    return make_node(
        "orderedList", json::Object{{"order", std::int64_t(below(12))}}, std::move(items)
    );
  }

  json::Value media() {
    json::Array one;
    one.push_back(make_node(
        "media",
        json::Object{{"type", "file"}, {"id", "f" + std::to_string(below(9))}, {"collection", "c"}},
        {}
    ));
    return make_node("mediaSingle", json::Object{{"layout", "center"}}, std::move(one));
  }

  json::Value code() {
    auto text = words(8);
    std::erase(text, '\0');
    // Carriage returns are line ends, and a line of tabs alone becomes one of blanks.
    for (auto& c : text) c = c == '\r' || c == '\t' ? '.' : c;
    json::Array content;
    content.push_back(make_text(text));
    return make_node("codeBlock", json::Object{{"language", "c++ x"}}, std::move(content));
  }

  json::Value columns(std::size_t depth) {
    json::Array both;
    for (int i = 0; i < 2; ++i) {
      both.push_back(
          make_node("layoutColumn", json::Object{{"width", 50}}, blocks("layoutColumn", depth + 1))
      );
    }
    return make_node("layoutSection", std::move(both));
  }

  json::Value block(std::string_view parent, std::size_t depth) {
    auto const deep = depth > 3;
    auto const is_item = parent == "listItem";
    auto const is_quote = parent == "blockquote";
    auto const is_top = parent == "doc" || parent == "layoutColumn";
    switch (below(16)) {
      case 0:
        if (!is_item && !is_quote)
          return make_node("heading", json::Object{{"level", std::int64_t(1 + below(6))}}, line());
        break;
      case 1:
        if (!deep) return list(depth, false);
        break;
      case 2:
        if (!deep) return list(depth, true);
        break;
      case 3:
        if (!is_quote) return task_list(depth);
        break;
      case 4: return code();
      case 5:
        if (is_top) return make_node("blockquote", blocks("blockquote", depth + 1));
        break;
      case 6:
        if (is_top)
          return make_node(
              "panel",
              json::Object{{"panelType", below(2) == 0 ? "info" : "error"}},
              blocks("panel", depth + 1)
          );
        break;
      case 7:
        if (is_top)
          return make_node(
              "panel",
              json::Object{{"panelType", "custom"}, {"panelColor", "#fff"}},
              blocks("panel", depth + 1)
          );
        break;
      case 8:
        if (!is_item && !is_quote) return make_node("rule");
        break;
      case 9:
        if (is_top) return table();
        break;
      case 10:
        if (is_top)
          return make_node(
              "expand", json::Object{{"title", words(3)}}, blocks("expand", depth + 1)
          );
        break;
      case 11:
        if (parent == "doc") return columns(depth);
        break;
      case 12:
        if (is_top)
          return make_node(
              "extension", json::Object{{"extensionType", "x"}, {"extensionKey", words(2)}}, {}
          );
        break;
      case 13: return media();
      case 14:
        if (is_top) return make_node("blockCard", json::Object{{"url", "https://x.y"}}, {});
        break;
      default: break;
    }
    return make_node("paragraph", line());
  }

  json::Array blocks(std::string_view parent, std::size_t depth) {
    json::Array out;
    for (auto n = 1 + below(4); n > 0; --n) out.push_back(block(parent, depth));
    return out;
  }

  std::mt19937 random_;
  std::size_t ids_ = 0;
};

}  // namespace davit::connectors::atlassian::adf
