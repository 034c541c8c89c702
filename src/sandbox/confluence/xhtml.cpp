#include "sandbox/confluence/xhtml.h"

#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::confluence {
namespace {

constexpr int kDeepest = 64;

constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"amp", "&"},
    {"lt", "<"},
    {"gt", ">"},
    {"quot", "\""},
    {"apos", "'"},
    {"nbsp", "\xC2\xA0"},
    {"ndash", "\xE2\x80\x93"},
    {"mdash", "\xE2\x80\x94"},
    {"rsquo", "\xE2\x80\x99"},
};

void append_code_point(std::string& out, unsigned code) {
  auto const byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
  } else {
    byte(0xF0 | (code >> 18 & 7));
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

// False for an entity that there is none of.
bool append_entity(std::string& out, std::string_view name) {
  if (name.starts_with('#')) {
    auto const is_hex = name.starts_with("#x");
    auto const digits = name.substr(is_hex ? 2 : 1);
    unsigned code = 0;
    auto const* end = digits.data() + digits.size();
    auto const [stop, ec] = std::from_chars(digits.data(), end, code, is_hex ? 16 : 10);
    if (ec != std::errc() || stop != end || code > 0x10FFFF) return false;
    append_code_point(out, code);
    return true;
  }
  for (auto const& [known, text] : kEntities) {
    if (known != name) continue;
    out += text;
    return true;
  }
  return false;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Element> read() {
    Element top;
    if (!read_children(top, 0)) return Error(ErrorKind::invalid_input, problem_);
    if (at_ < text_.size()) return Error(ErrorKind::invalid_input, "unexpected close tag");
    return top;
  }

 private:
  bool fail(std::string_view what) {
    if (problem_.empty()) problem_ = fmt::format("{} at position {}", what, at_);
    return false;
  }

  bool eat(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string_view until(std::string_view stop) {
    auto const end = std::min(text_.find(stop, at_), text_.size());
    auto const found = text_.substr(at_, end - at_);
    at_ = std::min(end + stop.size(), text_.size());
    return found;
  }

  bool decode(std::string_view raw, std::string& out) {
    while (!raw.empty()) {
      auto const amp = raw.find('&');
      out += raw.substr(0, amp);
      if (amp == raw.npos) return true;
      auto const end = raw.find(';', amp);
      if (end == raw.npos || !append_entity(out, raw.substr(amp + 1, end - amp - 1))) {
        return fail("unknown entity");
      }
      raw.remove_prefix(end + 1);
    }
    return true;
  }

  static void add_text(Element& parent, std::string text) {
    if (!text.empty()) parent.children.push_back({.name = {}, .text = std::move(text)});
  }

  // Up to a close tag, which is left for the caller, or the end.
  bool read_children(Element& parent, int depth) {
    if (depth > kDeepest) return fail("nested too deeply");
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("</")) return true;
      if (eat("<![CDATA[")) {
        add_text(parent, std::string(until("]]>")));
      } else if (eat("<!--")) {
        until("-->");
      } else if (eat("<")) {
        if (!read_element(parent, depth)) return false;
      } else {
        auto const end = std::min(text_.find('<', at_), text_.size());
        std::string text;
        if (!decode(text_.substr(at_, end - at_), text)) return false;
        at_ = end;
        add_text(parent, std::move(text));
      }
    }
    return true;
  }

  std::string_view name() {
    auto const end = std::min(text_.find_first_of(" \t\r\n/>=\"<", at_), text_.size());
    auto const found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool read_element(Element& parent, int depth) {
    Element element;
    element.name = name();
    if (element.name.empty()) return fail("tag without a name");
    for (skip_blanks(); !eat("/>"); skip_blanks()) {
      if (eat(">")) {
        if (!read_children(element, depth + 1)) return false;
        auto const close = fmt::format("</{}>", element.name);
        if (!eat(close)) return fail(fmt::format("expected {}", close));
        break;
      }
      std::string key(name());
      if (key.empty() || !eat("=\"")) return fail("broken attribute");
      std::string value;
      if (!decode(until("\""), value)) return false;
      element.attrs.emplace_back(std::move(key), std::move(value));
    }
    parent.children.push_back(std::move(element));
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
};

}  // namespace

std::string_view Element::attr(std::string_view wanted) const {
  for (auto const& [key, value] : attrs) {
    if (key == wanted) return value;
  }
  return {};
}

const Element* Element::child(std::string_view wanted) const {
  for (auto const& one : children) {
    if (one.name == wanted) return &one;
  }
  return nullptr;
}

std::string Element::all_text() const {
  auto all = text;
  for (auto const& one : children) all += one.all_text();
  return all;
}

Result<Element> parse_xhtml(std::string_view text) { return Reader(text).read(); }

}  // namespace davit::sandbox::confluence
