#include "connectors/servicenow/html.h"

#include <algorithm>

#include "base/strings.h"
#include "connectors/servicenow/html_entities.h"

namespace davit::connectors::servicenow {
namespace {

constexpr std::size_t kLongestAddress = 300;

constexpr std::string_view kBlocks[] = {
    "p",  "div", "br", "tr", "table", "ul", "ol", "pre", "blockquote", "section", "article", "h1",
    "h2", "h3",  "h4", "h5", "h6",    "hr", "dl", "dt",  "dd",         "thead",   "tbody",
};
// Their content is none.
constexpr std::string_view kHidden[] = {"script", "style", "template", "noscript", "head"};

template <class List>
bool is_among(const List& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

struct Tag {
  std::string name;
  std::string_view inside;  // behind the name
  bool is_end = false;
};

// Takes a tag off the front; false when this '<' begins none.
bool take_tag(std::string_view& html, Tag& tag) {
  auto rest = html.substr(1);
  tag.is_end = rest.starts_with('/');
  if (tag.is_end) rest.remove_prefix(1);
  if (rest.empty() || !is_letter(rest.front())) return false;
  std::size_t size = 0;
  while (size < rest.size() && (is_letter(rest[size]) || (rest[size] >= '0' && rest[size] <= '9')))
    ++size;
  tag.name = to_lower(rest.substr(0, size));
  rest.remove_prefix(size);
  auto quote = '\0';
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    auto const c = rest[end];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      break;
    }
  }
  tag.inside = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  html = rest;
  return true;
}

std::string attribute(const Tag& tag, std::string_view name) {
  auto const at = to_lower(tag.inside).find(std::string(" ") + std::string(name) + "=");
  if (at == std::string::npos) return {};
  auto value = tag.inside.substr(at + name.size() + 2);
  if (value.empty()) return {};
  auto const quote = value.front();
  if (quote != '"' && quote != '\'') return std::string(value.substr(0, value.find(' ')));
  value.remove_prefix(1);
  return std::string(value.substr(0, value.find(quote)));
}

class Writer {
 public:
  void take(std::string_view html);
  // Behind markup that is left out: what follows must not make a tag of a '<' before it.
  void part_from_before() {
    if (out_.ends_with('<') || out_.ends_with("</")) out_ += ' ';
  }
  std::string text() &&;

 private:
  void add(char c);
  void add_text(std::string_view text) {
    for (auto const c : text) add(c);
  }
  void break_line();
  void open(const Tag& tag);
  void close(const Tag& tag);
  void skip_hidden(std::string_view& html, const std::string& name);

  std::string out_;
  std::string link_;
  std::size_t link_begin_ = 0;
  bool is_pre_ = false;
};

void Writer::add(char c) {
  if (is_pre_ && c != '\r') {
    out_ += c;
    return;
  }
  if (!is_blank(c)) {
    out_ += c;
  } else if (!out_.empty() && out_.back() != ' ' && out_.back() != '\n') {
    out_ += ' ';
  }
}

void Writer::break_line() {
  while (out_.ends_with(' ')) out_.pop_back();
  if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
}

void Writer::open(const Tag& tag) {
  if (tag.name == "li") {
    if (!out_.ends_with('\n')) break_line();
    out_ += "- ";
  } else if (tag.name == "td" || tag.name == "th") {
    if (!out_.empty() && !out_.ends_with('\n')) out_ += " | ";
  } else if (tag.name == "a") {
    link_ = unescaped(attribute(tag, "href"));
    link_begin_ = out_.size();
  } else if (tag.name == "img") {
    auto const alt = unescaped(attribute(tag, "alt"));
    if (!alt.empty() && alt.find('<') == alt.npos) add_text("[" + alt + "]");
  } else if (is_among(kBlocks, tag.name)) {
    if (tag.name == "br" || !out_.ends_with('\n')) break_line();
    if (tag.name == "pre") is_pre_ = true;
  }
}

void Writer::close(const Tag& tag) {
  if (tag.name == "a") {
    auto const is_web = link_.size() <= kLongestAddress &&
                        link_.find_first_of("<> \t\r\n") == link_.npos &&
                        (link_.starts_with("https://") || link_.starts_with("http://"));
    auto const said = std::string_view(out_).substr(std::min(link_begin_, out_.size()));
    if (is_web && said.find(link_) == said.npos) add_text(" [" + link_ + "]");
    link_.clear();
  } else if (tag.name == "li") {
    if (!out_.ends_with('\n')) break_line();
  } else if (is_among(kBlocks, tag.name)) {
    if (tag.name == "pre") is_pre_ = false;
    break_line();
  }
}

void Writer::skip_hidden(std::string_view& html, const std::string& name) {
  for (auto at = html.find("</"); at != html.npos; at = html.find("</", at + 2)) {
    if (!iequals(html.substr(at + 2, name.size()), name)) continue;
    html.remove_prefix(at);
    return;
  }
  html = {};
}

void Writer::take(std::string_view html) {
  while (!html.empty()) {
    if (html.front() == '&') {
      std::string decoded;
      take_entity(html, decoded);
      add_text(decoded);
      continue;
    }
    if (html.front() != '<') {
      add(html.front());
      html.remove_prefix(1);
      continue;
    }
    if (html.starts_with("<!--")) {
      auto const end = html.find("-->");
      html = end == html.npos ? std::string_view() : html.substr(end + 3);
      part_from_before();
      continue;
    }
    if (html.starts_with("<!") || html.starts_with("<?")) {
      auto const end = html.find('>');
      html = end == html.npos ? std::string_view() : html.substr(end + 1);
      part_from_before();
      continue;
    }
    Tag tag;
    if (!take_tag(html, tag)) {
      add('<');
      html.remove_prefix(1);
      continue;
    }
    if (tag.is_end) {
      close(tag);
    } else if (is_among(kHidden, tag.name)) {
      skip_hidden(html, tag.name);
    } else {
      open(tag);
    }
    part_from_before();
  }
}

std::string Writer::text() && {
  while (!out_.empty() && is_blank(out_.back())) out_.pop_back();
  auto const begin = out_.find_first_not_of(" \n");
  return begin == std::string::npos ? std::string() : out_.substr(begin);
}

}  // namespace

std::string html_to_text(std::string_view html) {
  Writer writer;
  writer.take(html);
  return std::move(writer).text();
}

std::optional<std::string> html_field(const json::Value& value) {
  auto const* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  auto html = json::view(*text);
  while (!html.empty() && is_blank(html.front())) html.remove_prefix(1);
  while (!html.empty() && is_blank(html.back())) html.remove_suffix(1);
  auto const is_html = html.size() > 4 && html.front() == '<' && is_letter(html[1]) &&
                       html.back() == '>' && html.find("</") != html.npos;
  if (!is_html) return std::nullopt;
  return html_to_text(html);
}

}  // namespace davit::connectors::servicenow
