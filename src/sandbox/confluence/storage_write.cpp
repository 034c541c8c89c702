#include <charconv>

#include <fmt/format.h>

#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/answers.h"
#include "sandbox/confluence/storage.h"

namespace davit::sandbox::confluence {
namespace {

// Blocks that are one element around their content, with the class that a reader's page has.
struct Plain {
  std::string_view type;
  std::string_view open;
  std::string_view close;
};
constexpr Plain kPlain[] = {
    {"doc", "", ""},
    {"paragraph", "<p>", "</p>"},
    {"bulletList", "<ul>", "</ul>"},
    {"orderedList", "<ol>", "</ol>"},
    {"listItem", "<li>", "</li>"},
    {"blockquote", "<blockquote>", "</blockquote>"},
    {"table", "<table><tbody>", "</tbody></table>"},
    {"tableRow", "<tr>", "</tr>"},
    {"tableHeader", "<th>", "</th>"},
    {"tableCell", "<td>", "</td>"},
    {"taskList", "<ac:task-list>", "</ac:task-list>"},
    {"decisionList", "<ul class=\"decision-list\">", "</ul>"},
    {"decisionItem", "<li>", "</li>"},
    {"mediaSingle", "", ""},
    {"mediaGroup", "", ""},
    {"caption", "<ac:caption>", "</ac:caption>"},
    {"layoutSection", "<ac:layout-section>", "</ac:layout-section>"},
    {"layoutColumn", "<ac:layout-cell>", "</ac:layout-cell>"},
    {"rule", "<hr />", ""},
    {"hardBreak", "<br />", ""},
};
constexpr Plain kMarks[] = {
    {"strong", "<strong>", "</strong>"},
    {"em", "<em>", "</em>"},
    {"strike", "<del>", "</del>"},
    {"code", "<code>", "</code>"},
    {"underline", "<u>", "</u>"},
};

const Plain* find_plain(std::span<const Plain> table, std::string_view type) {
  for (auto const& row : table) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

std::string attr(const json::Value& node, std::string_view name) {
  auto const* attrs = member(node, "attrs");
  return attrs == nullptr ? std::string() : text_of(member(*attrs, name));
}

std::string date_of(std::string_view milliseconds) {
  std::int64_t number = 0;
  std::from_chars(milliseconds.data(), milliseconds.data() + milliseconds.size(), number);
  return to_date_text(Time(std::chrono::milliseconds(number)));
}

class Writer {
 public:
  explicit Writer(bool is_view) : is_view_(is_view) {}

  void write(const json::Value& node) {
    auto const type = text_of(member(node, "type"));
    if (type == "text") return write_text(node);
    if (auto const* plain = find_plain(kPlain, type)) {
      out += plain->open;
      write_content(node);
      out += plain->close;
      return;
    }
    write_special(type, node);
  }

  std::string out;

 private:
  void write_content(const json::Value& node) {
    auto const* content = member(node, "content");
    if (content == nullptr || !content->is_array()) return;
    for (auto const& child : content->get_array()) write(child);
  }

  void write_text(const json::Value& node) {
    auto text = escape_html(text_of(member(node, "text")));
    if (auto const* marks = member(node, "marks"); marks != nullptr && marks->is_array()) {
      for (auto const& mark : marks->get_array()) text = marked(mark, std::move(text));
    }
    out += text;
  }

  std::string marked(const json::Value& mark, std::string text) const {
    auto const type = text_of(member(mark, "type"));
    if (auto const* plain = find_plain(kMarks, type)) {
      return fmt::format("{}{}{}", plain->open, text, plain->close);
    }
    if (type == "link") {
      return fmt::format("<a href=\"{}\">{}</a>", escape_html(attr(mark, "href")), text);
    }
    if (type == "annotation") {
      return fmt::format(
          fmt::runtime(
              is_view_ ? "<span class=\"inline-comment-marker\" data-ref=\"{}\">{}</span>"
                       : "<ac:inline-comment-marker ac:ref=\"{}\">{}</ac:inline-comment-marker>"
          ),
          attr(mark, "id"),
          text
      );
    }
    return text;
  }

  using Params = std::vector<std::pair<std::string, std::string>>;

  void open_macro(std::string_view name, const Params& params) {
    if (is_view_) {
      out += fmt::format("<div class=\"conf-macro\" data-macro-name=\"{}\">", escape_html(name));
      return;
    }
    out += fmt::format(
        "<ac:structured-macro ac:name=\"{}\" ac:schema-version=\"1\">", escape_html(name)
    );
    for (auto const& [key, value] : params) {
      if (value.empty()) continue;
      out += fmt::format(
          "<ac:parameter ac:name=\"{}\">{}</ac:parameter>", escape_html(key), escape_html(value)
      );
    }
  }

  void close_macro() { out += is_view_ ? "</div>" : "</ac:structured-macro>"; }

  void rich_macro(std::string_view name, const Params& params, const json::Value& node) {
    open_macro(name, params);
    if (!is_view_) out += "<ac:rich-text-body>";
    write_content(node);
    if (!is_view_) out += "</ac:rich-text-body>";
    close_macro();
  }

  void write_code(const json::Value& node) {
    auto text = adf_text(node);
    if (text.ends_with('\n')) text.pop_back();
    open_macro("code", {{"language", attr(node, "language")}});
    out += is_view_ ? fmt::format("<pre>{}</pre>", escape_html(text))
                    : fmt::format("<ac:plain-text-body><![CDATA[{}]]></ac:plain-text-body>", text);
    close_macro();
  }

  void write_task(const json::Value& node) {
    auto const state = attr(node, "state") == "DONE" ? "complete" : "incomplete";
    out += fmt::format(
        "<ac:task><ac:task-id>{}</ac:task-id><ac:task-status>{}</ac:task-status><ac:task-body>",
        escape_html(attr(node, "localId")),
        state
    );
    write_content(node);
    out += "</ac:task-body></ac:task>";
  }

  void write_extension(const json::Value& node, bool has_body) {
    Params params;
    if (auto const* given = json::find_object(node, "attrs.parameters.macroParams")) {
      for (auto const& item : *given) {
        params.emplace_back(item.key(), text_of(member(item.value(), "value")));
      }
    }
    if (has_body) return rich_macro(attr(node, "extensionKey"), params, node);
    open_macro(attr(node, "extensionKey"), params);
    close_macro();
  }

  void write_leaf(std::string_view type, const json::Value& node) {
    auto const text = escape_html(attr(node, "text"));
    if (type == "mention") {
      out += is_view_ ? text
                      : fmt::format(
                            "<ac:link><ri:user ri:account-id=\"{}\" /></ac:link>",
                            escape_html(attr(node, "id"))
                        );
    } else if (type == "date") {
      out += fmt::format("<time datetime=\"{}\" />", date_of(attr(node, "timestamp")));
    } else if (type == "emoji") {
      out += fmt::format("<ac:emoticon ac:name=\"{}\" />", escape_html(attr(node, "shortName")));
    } else if (type == "media" || type == "mediaInline") {
      out += fmt::format(
          "<ac:image><ri:attachment ri:filename=\"{}\" /></ac:image>",
          escape_html(attr(node, "alt"))
      );
    } else if (auto const url = attr(node, "url"); !url.empty()) {
      out +=
          fmt::format("<a href=\"{0}\" data-card-appearance=\"inline\">{0}</a>", escape_html(url));
    } else {
      out += text;
    }
  }

  void write_special(std::string_view type, const json::Value& node) {
    if (type == "heading") {
      auto const level = attr(node, "level");
      out += fmt::format("<h{}>", level);
      write_content(node);
      out += fmt::format("</h{}>", level);
    } else if (type == "codeBlock") {
      write_code(node);
    } else if (type == "panel") {
      rich_macro(attr(node, "panelType"), {}, node);
    } else if (type == "expand" || type == "nestedExpand") {
      rich_macro("expand", {{"title", attr(node, "title")}}, node);
    } else if (type == "status") {
      open_macro("status", {{"title", attr(node, "text")}, {"colour", attr(node, "color")}});
      if (is_view_) out += escape_html(attr(node, "text"));
      close_macro();
    } else if (type == "taskItem") {
      write_task(node);
    } else if (type == "extension" || type == "inlineExtension") {
      write_extension(node, false);
    } else if (type == "bodiedExtension") {
      write_extension(node, true);
    } else {
      write_leaf(type, node);
    }
  }

  bool is_view_;
};

}  // namespace

std::string adf_to_storage(const json::Value& document) {
  Writer writer(false);
  writer.write(document);
  return std::move(writer.out);
}

std::string adf_to_view(const json::Value& document) {
  Writer writer(true);
  writer.write(document);
  return std::move(writer.out);
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace davit::sandbox::confluence
