#include "connectors/atlassian/adf/inline_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/marks.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

bool is_break(const Piece& piece) {
  if (piece.kind == Piece::Kind::line_break) return true;
  return piece.kind == Piece::Kind::html &&
         (piece.text == "<br>" || piece.text == "<br/>" || piece.text == "<br />");
}

// The bit of a tag without attributes, and whether it closes.
std::pair<unsigned, bool> tag_of(const Piece& piece) {
  std::string_view text = piece.text;
  if (piece.kind != Piece::Kind::html || text.size() < 3) return {0, false};
  auto const closes = text[1] == '/';
  auto const skip = closes ? 2U : 1U;
  return {bit_of_tag(text.substr(skip, text.size() - skip - 1)), closes};
}

// Gives the pieces between <strong> and </strong> their mark and drops the two tags.
std::vector<Piece> resolve_tags(std::vector<Piece> pieces) {
  constexpr std::size_t kBits = 8;
  std::array<std::vector<std::size_t>, kBits> open;
  std::vector<std::array<int, kBits>> change(pieces.size() + 1, std::array<int, kBits>{});
  std::vector<bool> drop(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    auto const [bit, closes] = tag_of(pieces[i]);
    if (bit == 0) continue;
    std::size_t which = 0;
    while ((1U << which) != bit) ++which;
    if (!closes) {
      open[which].push_back(i);
    } else if (!open[which].empty()) {
      auto const begin = open[which].back();
      open[which].pop_back();
      ++change[begin][which];
      --change[i][which];
      drop[begin] = drop[i] = true;
    }
  }
  std::array<int, kBits> now{};
  std::vector<Piece> out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (std::size_t which = 0; which < kBits; ++which) {
      now[which] += change[i][which];
      if (now[which] > 0) pieces[i].marks |= 1U << which;
    }
    if (!drop[i]) out.push_back(std::move(pieces[i]));
  }
  return out;
}

class Reader {
 public:
  Reader(Conversion& conversion, std::vector<Piece> pieces, unsigned marks)
      : conversion_(conversion), pieces_(std::move(pieces)), extra_(marks) {}

  std::vector<Part> run(Breaks breaks) {
    if (breaks == Breaks::paragraph) drop_one_of_lone_breaks();
    pieces_ = resolve_tags(std::move(pieces_));
    for (at_ = 0; at_ < pieces_.size(); ++at_) {
      auto const& piece = pieces_[at_];
      note_link(piece.link);
      piece_.marks = piece.marks;
      if (is_break(piece))
        node(make_node("hardBreak"));
      else if (piece.kind == Piece::Kind::soft_break)
        text(" ");
      else if (piece.kind == Piece::Kind::html)
        html(piece);
      else if (piece.kind == Piece::Kind::image)
        image(piece);
      else if ((piece.marks & kCode) != 0)
        text(piece.text);
      else
        words(piece);
    }
    note_link(-1);
    flush();
    trim();
    return std::move(parts_);
  }

 private:
  struct Run {
    unsigned marks = 0;
    int link = -1;
  };

  // k breaks and nothing else: an empty paragraph, or one with k-1 breaks.
  void drop_one_of_lone_breaks() {
    auto const lone = !pieces_.empty() && std::ranges::all_of(pieces_, [](auto const& piece) {
      return is_break(piece) || piece.kind == Piece::Kind::soft_break;
    });
    if (!lone) return;
    std::erase_if(pieces_, [](auto const& piece) { return !is_break(piece); });
    if (!pieces_.empty()) pieces_.pop_back();
  }

  const Link& link(int index) const {
    return (*conversion_.links)[static_cast<std::size_t>(index)];
  }

  // A link that is refused is written out as it was: the parts around its text.
  void note_link(int next) {
    if (next == link_) return;
    if (link_ >= 0 && !is_safe_link(link(link_).url)) literal("](" + link(link_).url + ")");
    link_ = next;
    if (link_ >= 0 && !is_safe_link(link(link_).url)) literal("[");
  }

  void literal(std::string_view what) {
    auto const kept = std::exchange(link_, -1);
    auto const marks = std::exchange(piece_.marks, 0U);
    text(what);
    link_ = kept;
    piece_.marks = marks;
  }

  void text(std::string_view what) {
    if (what.empty()) return;
    Run const run{piece_.marks | extra_, link_ >= 0 && is_safe_link(link(link_).url) ? link_ : -1};
    if (run.marks != run_.marks || run.link != run_.link) flush();
    run_ = run;
    text_ += what;
  }

  void flush() {
    if (text_.empty()) return;
    json::Value mark;
    if (run_.link >= 0) {
      auto const& from = link(run_.link);
      json::Object attributes{{"href", from.url}};
      if (!from.title.empty()) attributes["title"] = from.title;
      mark = make_node("link", std::move(attributes), {});
    }
    append_inline(
        content(), make_text(text_, to_marks(run_.marks, run_.link >= 0 ? &mark : nullptr))
    );
    text_.clear();
  }

  json::Array& content() {
    if (parts_.empty() || parts_.back().block) parts_.emplace_back();
    return parts_.back().content;
  }

  void node(json::Value value) {
    flush();
    content().push_back(std::move(value));
  }

  void block(json::Value value) {
    flush();
    parts_.emplace_back().block = std::move(value);
  }

  void html(const Piece& piece) {
    Marker marker;
    if (!read_marker(piece.text, marker)) return text(piece.text);
    auto const* original =
        conversion_.originals == nullptr ? nullptr : conversion_.originals->node(marker.number);
    if (original == nullptr) {
      return conversion_.fail(
          fmt::format("{} names nothing in the original: keep the markers as they are", piece.text)
      );
    }
    if (marker.closes || treatment_of(*original) == Treatment::shell) {
      return conversion_.fail(piece.text + " must stand alone in its paragraph");
    }
    if (conversion_.originals->is_inline(marker.number))
      node(*original);
    else
      block(*original);
  }

  void image(const Piece& piece) {
    auto const& source = link(piece.source).url;
    auto const* original = original_media(source);
    if (original == nullptr) {
      if (link_ < 0 && is_web_address(source)) {
        link_ = piece.source;
        text(piece.text.empty() ? source : piece.text);
        flush();
        link_ = -1;
      } else {
        text(link_ >= 0 ? piece.text : fmt::format("![{}]({})", piece.text, source));
      }
      return;
    }
    if (type_of(*original) == "mediaInline") return node(*original);
    auto const* parent = conversion_.originals->parent_of(original);
    if (parent == nullptr) return node(*original);
    if (parent == group_ && !parts_.empty() && parts_.back().block) return;
    group_ = parent;
    drop_blanks();
    block(*parent);
  }

  // Between two images of one group there are blanks, which are no text of their own.
  void drop_blanks() {
    if (text_.find_first_not_of(' ') == text_.npos) text_.clear();
  }

  const json::Value* original_media(const std::string& source) {
    if (conversion_.originals == nullptr) return nullptr;
    auto const* all = conversion_.originals->shown_as(source);
    if (all == nullptr) return nullptr;
    auto const* next = conversion_.take(source);
    auto const* found = next == nullptr ? all->back() : next;
    return type_of(*found).starts_with("media") ? found : nullptr;
  }

  // Text that may have our own forms in it.
  void words(const Piece& piece) {
    if (link_ >= 0 && card(piece)) return;
    std::string_view const all = piece.text;
    std::size_t done = 0;
    auto escaped = piece.escaped.begin();
    for (std::size_t i = 0; i < all.size(); ++i) {
      while (escaped != piece.escaped.end() && *escaped < i) ++escaped;
      if (escaped != piece.escaped.end() && *escaped == i) continue;
      std::size_t end = i;
      std::optional<json::Value> made;
      if (all[i] == '[')
        made = bracket(piece, i, end);
      else if (all[i] == ':')
        made = emoji(all, i, end);
      else if (all[i] == '@' && i + 1 == all.size())
        made = person();
      if (!made) continue;
      text(all.substr(done, i - done));
      node(*std::move(made));
      if (all[i] == '@') return;
      done = end;
      i = end - 1;
    }
    text(all.substr(done));
  }

  // The original node that shows the same, or the new one.
  json::Value original_or(json::Value made) {
    auto const* original = conversion_.take(original_key(made));
    return original == nullptr ? made : *original;
  }

  std::optional<json::Value> bracket(const Piece& piece, std::size_t i, std::size_t& end) {
    constexpr std::string_view kPerson = "~accountid:";
    auto const rest = std::string_view(piece.text).substr(i + 1, kMostInside);
    if (!rest.starts_with("STATUS: ") && !rest.starts_with("DATE: ") &&
        !rest.starts_with(kPerson)) {
      return std::nullopt;
    }
    std::size_t close = 0;
    do {
      close = rest.find(']', close + 1);
      if (close == rest.npos) return std::nullopt;
    } while (std::ranges::binary_search(piece.escaped, i + 1 + close));
    auto const inside = rest.substr(0, close);
    std::optional<json::Value> made;
    if (inside.starts_with(kPerson)) {
      auto const id = inside.substr(kPerson.size());
      if (is_account_id(id)) made = mention(id, "");
    } else {
      made = inside[0] == 'S' ? read_status(inside) : read_date(inside);
    }
    if (!made || atom_markdown(*made).empty()) return std::nullopt;
    end = i + 1 + close + 1;
    return original_or(*std::move(made));
  }

  std::optional<json::Value> emoji(std::string_view all, std::size_t i, std::size_t& end) {
    constexpr std::size_t kLongest = 64;
    if (conversion_.originals == nullptr) return std::nullopt;
    auto const close = all.substr(i + 1, kLongest).find(':');
    if (close == all.npos) return std::nullopt;
    std::string const name(all.substr(i, close + 2));
    auto const* known = conversion_.originals->shown_as(name);
    if (known == nullptr || type_of(*known->front()) != "emoji") return std::nullopt;
    end = i + name.size();
    auto const* next = conversion_.take(name);
    return next == nullptr ? *known->front() : *next;
  }

  // @ before a link whose address is an account's id; its text is the name.
  std::optional<json::Value> person() {
    auto next = at_ + 1;
    if (link_ >= 0 || next >= pieces_.size() || pieces_[next].link < 0) return std::nullopt;
    auto const index = pieces_[next].link;
    auto const& to = link(index);
    if (!is_account_id(to.url) || to.is_bare || to.is_angle || !to.title.empty())
      return std::nullopt;
    std::string name;
    for (; next < pieces_.size() && pieces_[next].link == index; ++next) {
      if (pieces_[next].kind != Piece::Kind::text) return std::nullopt;
      name += pieces_[next].text;
    }
    at_ = next - 1;
    return original_or(mention(to.url, name));
  }

  bool card(const Piece& piece) {
    auto const& from = link(piece.link);
    if (!from.is_angle && !from.is_bare) return false;
    auto const is_edge = [&](std::size_t i) {
      return i >= pieces_.size() || is_break(pieces_[i]) ||
             pieces_[i].kind == Piece::Kind::soft_break;
    };
    if (from.is_bare && !(is_edge(at_ - 1) && is_edge(at_ + 1))) return false;
    auto made = make_node("inlineCard", json::Object{{"url", from.url}}, {});
    if (piece.text != from.url || atom_markdown(made).empty()) return false;
    node(original_or(std::move(made)));
    return true;
  }

  // Around a block, what is left of the paragraph begins and ends with text.
  void trim() {
    if (parts_.size() < 2) return;
    std::erase_if(parts_, [](auto const& part) {
      return !part.block &&
             (part.content.empty() ||
              (part.content.size() == 1 && type_of(part.content[0]) == "text" &&
               text_of(part.content[0]).find_first_not_of(' ') == std::string::npos));
    });
  }

  Conversion& conversion_;
  std::vector<Piece> pieces_;
  unsigned extra_;
  std::size_t at_ = 0;
  Piece piece_;
  int link_ = -1;
  Run run_;
  std::string text_;
  std::vector<Part> parts_;
  const json::Value* group_ = nullptr;
};

}  // namespace

const json::Value* Conversion::take(const std::string& key) {
  auto const* all = originals == nullptr || key.empty() ? nullptr : originals->shown_as(key);
  if (all == nullptr) return nullptr;
  auto const index = taken[key]++;
  return index < all->size() ? (*all)[index] : nullptr;
}

std::string Conversion::fresh_id() {
  std::string id;
  do {
    id = fmt::format("davit-{}", ++ids);
  } while (originals != nullptr && originals->has_local_id(id));
  return id;
}

void Conversion::fail(std::string message) {
  if (!error) error = Error(ErrorKind::invalid_input, std::move(message));
}

void append_inline(json::Array& to, json::Value node) {
  if (type_of(node) == "text" && !to.empty() && type_of(to.back()) == "text") {
    auto& last = to.back().get_object();
    auto const* before = last.if_contains("marks");
    auto const* marks = node.get_object().if_contains("marks");
    if ((before == nullptr) == (marks == nullptr) && (marks == nullptr || *before == *marks)) {
      last["text"] = std::string(text_of(to.back())).append(text_of(node));
      return;
    }
  }
  to.push_back(std::move(node));
}

std::vector<Part> read_inline(
    Conversion& conversion, std::vector<Piece> pieces, unsigned marks, Breaks breaks
) {
  return Reader(conversion, std::move(pieces), marks).run(breaks);
}

}  // namespace davit::connectors::atlassian::adf
