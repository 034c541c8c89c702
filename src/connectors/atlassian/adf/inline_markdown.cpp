#include "connectors/atlassian/adf/inline_markdown.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/marks.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

struct Atom {
  enum class Kind { text, code, fixed, line_break } kind = Kind::text;
  std::string text;
  unsigned marks = 0;
  std::string href;  // with title, as it is written behind the text; empty for no link
  std::string url;   // the link's, for what is shown as itself
};

// A piece of output: text, or the beginning or end of a marked span.
struct Token {
  enum class Kind { text, open, close } kind = Kind::text;
  std::string text;
  unsigned mark = 0;
  std::size_t partner = 0;
  bool is_link_end = false;
  bool has_spans = false;  // a span within a span, or one that has others within
};

enum class Class { none, blank, word, punctuation, delimiter, other };

// The class of the character at the edge of a text, as far as it decides whether * may stand there
// (CommonMark 0.31.2, 6.2). What is not surely a letter beyond ASCII is `other`.
Class class_of(std::string_view text, bool last) {
  if (text.empty()) return Class::none;
  auto at = last ? text.size() - 1 : 0;
  auto const c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) {
    if (is_alnum(static_cast<char>(c))) return Class::word;
    if (c <= ' ') return Class::blank;
    return c == '*' || c == '~' || c == '_' ? Class::delimiter : Class::punctuation;
  }
  while (last && at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  if (at + 1 >= text.size()) return Class::other;
  auto const lead = static_cast<unsigned char>(text[at]);
  auto const second = static_cast<unsigned char>(text[at + 1]);
  // Latin letters U+00C0 to U+024F, Cyrillic U+0400 to U+047F, ideographs U+4E00 to U+9FBF, Hangul
  // U+AC00 to U+D73F.
  if (lead == 0xC3 && second != 0x97 && second != 0xB7) return Class::word;
  if ((lead >= 0xC4 && lead <= 0xC8) || lead == 0xD0 || lead == 0xD1) return Class::word;
  if ((lead >= 0xE5 && lead <= 0xE9) || (lead == 0xE4 && second >= 0xB8)) return Class::word;
  if ((lead >= 0xEB && lead <= 0xEC) || (lead == 0xEA && second >= 0xB0)) return Class::word;
  return Class::other;
}

// Whether a delimiter run between these two means what it should.
bool stands(Class outer, Class inner, bool simple) {
  auto const is_open = outer == Class::none || outer == Class::blank;
  if (inner == Class::punctuation) return is_open;
  if (inner != Class::word) return false;
  if (is_open || outer == Class::punctuation) return true;
  return simple && (outer == Class::word || outer == Class::other);
}

class Writer {
 public:
  Writer(Place place, const Opaque& numbers) : place_(place), numbers_(numbers) {}

  std::string write(const json::Array& content) {
    read(content);
    if (auto const lone = lone_form(); !lone.empty()) return lone;
    emit_links();
    return assemble();
  }

 private:
  void read(const json::Array& content) {
    for (auto const& node : content) {
      auto const type = type_of(node);
      Atom atom;
      if (type == "text") {
        read_text(node, atom);
        if (atom.text.empty()) continue;
      } else if (type == "hardBreak") {
        atom.kind = Atom::Kind::line_break;
      } else {
        atom.kind = Atom::Kind::fixed;
        atom.text = numbers_.number_of(node) < numbers_.size()
                        ? marker(node, numbers_.number_of(node))
                        : atom_markdown(node);
        if (atom.text.empty()) append_plain_fixed(node, atom);
        if (place_ == Place::cell && atom.text.find('|') != std::string::npos) {
          atom.text = escape_pipes(atom.text);
        }
      }
      auto const joins = !atoms_.empty() && atoms_.back().kind == atom.kind &&
                         (atom.kind == Atom::Kind::text || atom.kind == Atom::Kind::code) &&
                         atoms_.back().marks == atom.marks && atoms_.back().href == atom.href;
      if (joins)
        atoms_.back().text += atom.text;
      else
        atoms_.push_back(std::move(atom));
    }
  }

  // A block where only inline nodes belong: its text.
  static void append_plain_fixed(const json::Value& node, Atom& atom) {
    atom.kind = Atom::Kind::text;
    append_plain(atom.text, node);
  }

  // Of the forms of atoms, only escaped text can have one.
  static std::string escape_pipes(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '|' && (i == 0 || text[i - 1] != '\\')) out += '\\';
      out += text[i];
    }
    return out;
  }

  static void read_text(const json::Value& node, Atom& atom) {
    atom.text = text_of(node);
    auto const* marks = marks_of(node);
    if (marks == nullptr) return;
    for (auto const& mark : *marks) {
      atom.marks |= mark_bit(mark);
      if (type_of(mark) != "link") continue;
      auto const url = attribute(mark, "href");
      if (!is_safe_link(url)) continue;
      auto const title = attribute(mark, "title");
      atom.url = url;
      atom.href = escape_attribute(url, false);
      if (!title.empty()) atom.href += fmt::format(" \"{}\"", escape_attribute(title, true));
      atom.href.insert(0, "](").append(")");
    }
    if ((atom.marks & kCode) != 0) {
      atom.kind = Atom::Kind::code;
      atom.marks = kCode;
    }
  }

  // What a paragraph of nothing else needs: breaks alone, and a card alone.
  std::string lone_form() const {
    if (place_ == Place::heading) return "";
    if (std::ranges::all_of(atoms_, [](auto const& atom) {
          return atom.kind == Atom::Kind::line_break;
        })) {
      if (atoms_.empty()) return place_ == Place::paragraph ? "<br>" : "";
      std::string out;
      for (std::size_t i = 0; i <= atoms_.size(); ++i) out += "<br>";
      return out;
    }
    auto const& first = atoms_.front();
    auto const is_card = atoms_.size() == 1 && first.kind == Atom::Kind::fixed &&
                         first.text.starts_with("<http") && first.text.ends_with('>');
    if (!is_card) return "";
    auto const url = first.text.substr(1, first.text.size() - 2);
    return is_bare_url(url) ? url : "";
  }

  // What is surely taken as an autolink as a whole (GFM 0.29, 6.9), and by md4c.
  static bool is_bare_url(std::string_view url) {
    auto const slashes = url.find("://");
    if (slashes == url.npos || !(url.starts_with("http://") || url.starts_with("https://"))) {
      return false;
    }
    auto const rest = url.substr(slashes + 3);
    auto const path = rest.find('/');
    auto const host = rest.substr(0, path);
    auto const is_host = [](char c) { return is_alnum(c) || c == '-' || c == '.'; };
    if (!std::ranges::all_of(host, is_host) || host.find("..") != host.npos) return false;
    auto const dot = host.find('.');
    if (dot == host.npos || dot == 0 || !is_alnum(host.back()) || !is_alnum(host.front())) {
      return false;
    }
    if (path == rest.npos) return true;
    return (is_alnum(rest.back()) || rest.size() == path + 1) &&
           std::ranges::all_of(rest.substr(path), [](char c) {
             return is_alnum(c) || c == '-' || c == '.' || c == '/';
           });
  }

  void emit_links() {
    std::span<const Atom> const all = atoms_;
    for (std::size_t i = 0; i < all.size();) {
      auto end = i + 1;
      while (end < all.size() && all[end].href == all[i].href) ++end;
      if (all[i].href.empty()) {
        emit(all.subspan(i, end - i), 0);
      } else if (end == i + 1 && is_bare(i)) {
        add(all[i].url);
      } else {
        add("[");
        emit(all.subspan(i, end - i), 0);
        add(all[i].href);
        tokens_.back().is_link_end = true;
      }
      i = end;
    }
  }

  // A link that shows its own address, between blanks: the address alone says the same.
  bool is_bare(std::size_t i) const {
    auto const& atom = atoms_[i];
    if (atom.kind != Atom::Kind::text || atom.marks != 0 || atom.text != atom.url) return false;
    if (atom.href.find('"') != std::string::npos || !is_bare_url(atom.url) || i == 0) return false;
    auto const& before = atoms_[i - 1];
    if (before.kind != Atom::Kind::text || before.marks != 0 || !before.text.ends_with(' ')) {
      return false;
    }
    if (before.text.size() < 2) return false;
    if (i + 1 == atoms_.size()) return true;
    auto const& next = atoms_[i + 1];
    return next.kind == Atom::Kind::text && next.marks == 0 && next.text.starts_with(' ') &&
           next.text.size() > 1;
  }

  void add(std::string text) { tokens_.push_back({Token::Kind::text, std::move(text)}); }

  void emit(std::span<const Atom> atoms, std::size_t level) {
    if (level == kMarkForms.size()) {
      for (auto const& atom : atoms) emit_atom(atom);
      return;
    }
    auto const mark = kMarkForms[level].bit;
    for (std::size_t i = 0; i < atoms.size();) {
      auto const is_marked = [&](std::size_t k) { return (atoms[k].marks & mark) != 0; };
      auto end = i + 1;
      while (end < atoms.size() && is_marked(end) == is_marked(i)) ++end;
      auto const group = atoms.subspan(i, end - i);
      i = end;
      if ((group[0].marks & mark) == 0) {
        emit(group, level + 1);
        continue;
      }
      auto const both = mark == kStrong && std::ranges::all_of(group, [](auto const& atom) {
                          return (atom.marks & kEm) != 0;
                        });
      auto const open = tokens_.size();
      auto const which = both ? kStrong | kEm : mark;
      tokens_.push_back({Token::Kind::open, "", which});
      emit(group, level + (both ? 2 : 1));
      tokens_[open].partner = tokens_.size();
      tokens_.push_back({Token::Kind::close, "", which, open});
    }
  }

  void emit_atom(const Atom& atom) {
    if (atom.kind == Atom::Kind::line_break) {
      tokens_.push_back({Token::Kind::text, "\n"});
    } else if (atom.kind == Atom::Kind::code) {
      add(code_span(atom.text, place_ == Place::cell));
    } else {
      add(atom.kind == Atom::Kind::text ? escape_text(atom.text, &numbers_) : atom.text);
      if (atom.kind == Atom::Kind::text) raw_.push_back(tokens_.size() - 1);
    }
  }

  // Blanks at the edges of a line would be dropped, and some characters begin a block there.
  void guard_edges() {
    for (auto const i : raw_) {
      auto& text = tokens_[i].text;
      auto const begins = i == 0 || tokens_[i - 1].text == "\n";
      auto const ends = i + 1 == tokens_.size() || tokens_[i + 1].text == "\n";
      auto const is_blank = [](char c) { return c == ' '; };
      if (ends && is_blank(text.back())) text.replace(text.size() - 1, 1, "&#32;");
      if (begins && is_blank(text.front())) text.replace(0, 1, "&#32;");
      if (begins && (place_ == Place::paragraph || place_ == Place::task)) escape_line_start(text);
      if (ends && place_ == Place::heading && text.ends_with('#'))
        text.insert(text.size() - 1, "\\");
    }
  }

  void mark_nested() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind == Token::Kind::open) {
        if (!open.empty()) tokens_[i].has_spans = tokens_[open.back()].has_spans = true;
        open.push_back(i);
      } else if (tokens_[i].kind == Token::Kind::close) {
        open.pop_back();
      }
    }
  }

  Class edge(std::size_t i, bool last, bool inner) const {
    if (i >= tokens_.size()) return Class::none;
    auto const& token = tokens_[i];
    // md4c 0.4.8 does not take ** directly behind a link.
    if (token.kind != Token::Kind::text || (token.is_link_end && !inner)) return Class::delimiter;
    return class_of(token.text, last);
  }

  void choose_forms() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      auto& open = tokens_[i];
      if (open.kind != Token::Kind::open) continue;
      auto const end = open.partner;
      auto const before = i == 0 ? Class::none : edge(i - 1, true, false);
      auto const simple = !open.has_spans && (open.mark & kStrike) == 0;
      auto const stars = forms_of(open.mark).delimiter;
      auto const fits = !stars.empty() && stands(before, edge(i + 1, false, true), simple) &&
                        stands(edge(end + 1, false, false), edge(end - 1, true, true), simple);
      open.text = fits ? std::string(stars) : forms_of(open.mark).open;
      tokens_[end].text = fits ? std::string(stars) : forms_of(open.mark).close;
    }
  }

  std::string assemble() {
    guard_edges();
    mark_nested();
    choose_forms();
    std::string out;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind != Token::Kind::text || tokens_[i].text != "\n") {
        out += tokens_[i].text;
        continue;
      }
      // A backslash is a break only between two lines of text.
      auto const is_text = [&](std::size_t k) {
        return k < tokens_.size() && tokens_[k].text != "\n";
      };
      auto const between = place_ == Place::paragraph && i > 0 && is_text(i - 1) && is_text(i + 1);
      out += between ? "\\\n" : "<br>";
    }
    return out;
  }

  Place place_;
  const Opaque& numbers_;
  std::vector<Atom> atoms_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> raw_;  // tokens that are a text node's text
};

}  // namespace

std::string inline_markdown(const json::Array& content, Place place, const Opaque& numbers) {
  return Writer(place, numbers).write(content);
}

}  // namespace davit::connectors::atlassian::adf
