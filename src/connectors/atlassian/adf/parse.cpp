#include "connectors/atlassian/adf/parse.h"

#include <algorithm>
#include <limits>
#include <md4c.h>
#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/escape.h"
#include "connectors/atlassian/adf/marks.h"

namespace davit::connectors::atlassian::adf {
namespace {

// md4c 0.4.8 fills every row of a table up to the width of its head, and copies the address of a
// reference at every use: both make much of little.
constexpr std::size_t kMostCells = 100'000;
constexpr std::size_t kMostAddressBytes = 16U << 20U;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Our forms in brackets mean other things to md4c: "[STATUS: ok (green)]: done" defines a
// reference, and two [~accountid:ID] in a line are struck through between their tildes. So control
// characters stand there for it, one for one, and are turned back in all that it gives.
constexpr std::string_view kForms[] = {"[STATUS:", "[DATE:", "[~accountid:"};
constexpr std::size_t kLongestForm = 12;
constexpr char kBracket = '\x02';
constexpr char kTilde = '\x01';

void restore(std::string& text, std::size_t from) {
  for (auto at = from; at < text.size(); ++at) {
    for (auto const form : kForms) {
      auto const rest = form.substr(2);
      if (text[at] == kTilde && form[1] == '~' && text.compare(at + 1, rest.size(), rest) == 0) {
        text[at] = '~';
      }
      auto const next = at + 1 < text.size() ? text[at + 1] : '\0';
      auto const follows = next == form[1] || (next == kTilde && form[1] == '~');
      if (text[at] == kBracket && follows && text.compare(at + 2, rest.size(), rest) == 0) {
        text[at] = '[';
      }
    }
  }
}

std::string with_hidden_forms(std::string text) {
  for (std::size_t at = 0; (at = text.find('[', at)) != text.npos; ++at) {
    if (at > 0 && text[at - 1] == '\\') continue;
    for (auto const form : kForms) {
      if (text.compare(at, form.size(), form) != 0) continue;
      if (form[1] == '~') text[at + 1] = kTilde;
      text[at] = kBracket;
      break;
    }
  }
  return text;
}

// md4c 0.4.8 passes only negative answers of a callback on to its caller.
constexpr int kStop = -1;

constexpr unsigned kFlags = MD_DIALECT_GITHUB | MD_FLAG_NOHTMLBLOCKS;

class Parser {
 public:
  explicit Parser(const std::string& source) : source_(source) { stack_.emplace_back(); }

  Result<Parsed> run() {
    MD_PARSER parser{};
    parser.flags = kFlags;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Parser*>(self)->enter_block(type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) {
      return static_cast<Parser*>(self)->leave_block(type);
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) {
      return static_cast<Parser*>(self)->enter_span(type, detail);
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) {
      return static_cast<Parser*>(self)->leave_span(type);
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
      static_cast<Parser*>(self)->text(type, {text, size});
      return 0;
    };
    auto const failed =
        md_parse(source_.data(), static_cast<MD_SIZE>(source_.size()), &parser, this);
    if (failed != 0 || !complaint_.empty()) {
      return Error(ErrorKind::invalid_input, complaint_.empty() ? "not readable" : complaint_);
    }
    close_implied();
    return Parsed{std::move(stack_.front()), std::move(links_)};
  }

 private:
  struct Mapping {
    MD_BLOCKTYPE from;
    Block::Kind to;
  };
  static constexpr Mapping kBlocks[] = {
      {MD_BLOCK_QUOTE, Block::Kind::quote},
      {MD_BLOCK_UL, Block::Kind::bullet_list},
      {MD_BLOCK_OL, Block::Kind::ordered_list},
      {MD_BLOCK_LI, Block::Kind::item},
      {MD_BLOCK_HR, Block::Kind::rule},
      {MD_BLOCK_H, Block::Kind::heading},
      {MD_BLOCK_CODE, Block::Kind::code},
      {MD_BLOCK_P, Block::Kind::paragraph},
      {MD_BLOCK_TABLE, Block::Kind::table},
      {MD_BLOCK_TR, Block::Kind::row},
      {MD_BLOCK_TH, Block::Kind::cell},
      {MD_BLOCK_TD, Block::Kind::cell},
  };

  int enter_block(MD_BLOCKTYPE type, void* detail) {
    close_implied();
    auto const* found = std::ranges::find(kBlocks, type, &Mapping::from);
    auto const is_container = type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL;
    auto const is_skipped = found == std::end(kBlocks) ||
                            (is_container && containers_ >= kMaxContainers) ||
                            (type == MD_BLOCK_LI && !entered_.back());
    entered_.push_back(!is_skipped);
    if (is_skipped) return 0;
    containers_ += is_container ? 1 : 0;
    Block block;
    block.kind = found->to;
    read_detail(type, detail, block);
    stack_.push_back(std::move(block));
    if (found->to == Block::Kind::cell && ++cells_ > kMostCells) {
      complaint_ = fmt::format("a table has more than {} cells", kMostCells);
      return kStop;
    }
    return 0;
  }

  void read_detail(MD_BLOCKTYPE type, void* detail, Block& block) {
    if (type == MD_BLOCK_H) block.number = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
    if (type == MD_BLOCK_OL) block.number = static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start;
    if (type == MD_BLOCK_TH) block.is_header = true;
    if (type == MD_BLOCK_CODE) {
      block.language = attribute(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang);
    }
    if (type == MD_BLOCK_LI) {
      auto const& item = *static_cast<MD_BLOCK_LI_DETAIL*>(detail);
      block.is_task = item.is_task != 0;
      block.is_done = block.is_task && item.task_mark != ' ';
    }
  }

  int leave_block(MD_BLOCKTYPE type) {
    close_implied();
    auto const was_entered = entered_.back();
    entered_.pop_back();
    if (!was_entered) return 0;
    if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL) --containers_;
    close();
    return 0;
  }

  void close() {
    auto block = std::move(stack_.back());
    stack_.pop_back();
    if (block.kind == Block::Kind::code && block.text.ends_with('\n')) block.text.pop_back();
    restore(block.text, 0);
    stack_.back().children.push_back(std::move(block));
  }

  // The text of a tight list stands directly in its items: it gets a paragraph of its own.
  void open_implied() {
    if (stack_.back().kind != Block::Kind::item && stack_.back().kind != Block::Kind::root &&
        stack_.back().kind != Block::Kind::quote) {
      return;
    }
    stack_.emplace_back().kind = Block::Kind::paragraph;
    is_implied_ = true;
  }

  void close_implied() {
    if (!std::exchange(is_implied_, false)) return;
    close();
  }

  int enter_span(MD_SPANTYPE type, void* detail) {
    open_implied();
    if (type == MD_SPAN_A) {
      auto const& link = *static_cast<MD_SPAN_A_DETAIL*>(detail);
      link_ = add_link(link.href, link.title);
      is_link_fresh_ = true;
    } else if (type == MD_SPAN_IMG && images_++ == 0) {
      auto const& image = *static_cast<MD_SPAN_IMG_DETAIL*>(detail);
      auto& piece = add(Piece::Kind::image);
      piece.source = add_link(image.src, image.title);
    }
    if (address_bytes_ > kMostAddressBytes) {
      complaint_ = "the addresses of links are too long together";
      return kStop;
    }
    count(type, 1);
    return 0;
  }

  int leave_span(MD_SPANTYPE type) {
    if (type == MD_SPAN_A) link_ = -1;
    if (type == MD_SPAN_IMG) --images_;
    count(type, -1);
    return 0;
  }

  void count(MD_SPANTYPE type, int by) {
    if (type == MD_SPAN_EM) em_ += by;
    if (type == MD_SPAN_STRONG) strong_ += by;
    if (type == MD_SPAN_DEL) strike_ += by;
    if (type == MD_SPAN_CODE) code_ += by;
  }

  unsigned marks() const {
    return (em_ > 0 ? kEm : 0) | (strong_ > 0 ? kStrong : 0) | (strike_ > 0 ? kStrike : 0) |
           (code_ > 0 ? kCode : 0);
  }

  int add_link(const MD_ATTRIBUTE& url, const MD_ATTRIBUTE& title) {
    links_.push_back({attribute(url), attribute(title)});
    address_bytes_ += links_.back().url.size() + links_.back().title.size();
    return static_cast<int>(links_.size()) - 1;
  }

  static std::string attribute(const MD_ATTRIBUTE& from) {
    std::string out;
    if (from.text == nullptr) return out;
    for (std::size_t i = 0; from.substr_offsets[i] < from.size; ++i) {
      auto const begin = from.substr_offsets[i];
      std::string_view const part(from.text + begin, from.substr_offsets[i + 1] - begin);
      if (from.substr_types[i] == MD_TEXT_ENTITY)
        out += decode_entity(part);
      else if (from.substr_types[i] == MD_TEXT_NULLCHAR)
        append_utf8(out, 0);
      else
        out += part;
    }
    restore(out, 0);
    return out;
  }

  Piece& add(Piece::Kind kind) {
    auto& piece = stack_.back().pieces.emplace_back();
    piece.kind = kind;
    piece.marks = marks();
    piece.link = link_;
    return piece;
  }

  void text(MD_TEXTTYPE type, std::string_view text) {
    if (stack_.back().kind == Block::Kind::code) return add_code(text);
    open_implied();
    if (images_ > 0) return add_to_image(type, text);
    auto& pieces = stack_.back().pieces;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
      add(type == MD_TEXT_BR ? Piece::Kind::line_break : Piece::Kind::soft_break);
    } else if (type == MD_TEXT_HTML) {
      // A tag over several lines comes in parts.
      auto const is_feed = text == "\n";
      if ((is_feed || is_html_open_) && !pieces.empty() &&
          pieces.back().kind == Piece::Kind::html) {
        pieces.back().text += text;
        restore(pieces.back().text, pieces.back().text.size() - text.size());
      } else {
        auto& piece = add(Piece::Kind::html);
        piece.text = text;
        restore(piece.text, 0);
      }
      is_html_open_ = is_feed;
    } else {
      add_text(type, text);
    }
  }

  void add_text(MD_TEXTTYPE type, std::string_view text) {
    auto& pieces = stack_.back().pieces;
    auto const joins = !pieces.empty() && pieces.back().kind == Piece::Kind::text &&
                       pieces.back().marks == marks() && pieces.back().link == link_;
    if (std::exchange(is_link_fresh_, false) && link_ >= 0) note_form(text);
    auto& piece = joins ? pieces.back() : add(Piece::Kind::text);
    auto const begin = piece.text.size();
    if (type == MD_TEXT_NULLCHAR) {
      append_utf8(piece.text, 0);
    } else if (type == MD_TEXT_ENTITY) {
      auto const decoded = decode_entity(text);
      piece.text += decoded;
      for (std::size_t i = 0; decoded != text && i < decoded.size(); ++i) {
        piece.escaped.push_back(begin + i);
      }
    } else {
      piece.text += text;
      if (type == MD_TEXT_NORMAL && before(text) == '\\' && text.data() - 1 != escaped_) {
        escaped_ = text.data();
        piece.escaped.push_back(begin);
      }
      restore(piece.text, begin < kLongestForm ? 0 : begin - kLongestForm);
    }
  }

  // md4c does not say what kind of link it is; the character before its text does.
  void note_form(std::string_view text) {
    auto& link = links_[static_cast<std::size_t>(link_)];
    auto const c = before(text);
    auto const is_address = link.url == text || link.url == "http://" + std::string(text) ||
                            link.url == "mailto:" + std::string(text);
    link.is_angle = is_address && c == '<';
    link.is_bare = link.url == text && (c == '\0' || is_blank(c));
  }

  // The character of the source before a text that is a part of it, NUL when there is none.
  char before(std::string_view text) const {
    auto const* const begin = source_.data();
    std::less<> const less;
    if (!less(begin, text.data()) || less(begin + source_.size(), text.data())) return '\0';
    return text.data()[-1];
  }

  void add_to_image(MD_TEXTTYPE type, std::string_view text) {
    auto& alt = stack_.back().pieces.back().text;
    auto const begin = alt.size();
    if (type == MD_TEXT_ENTITY)
      alt += decode_entity(text);
    else if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
      alt += ' ';
    else if (type == MD_TEXT_NULLCHAR)
      append_utf8(alt, 0);
    else
      alt += text;
    restore(alt, begin < kLongestForm ? 0 : begin - kLongestForm);
  }

  // md4c gives the indentation of a line of code as blanks; the source has what it was made of.
  void add_code(std::string_view text) {
    auto& out = stack_.back().text;
    auto const* const begin = source_.data();
    std::less<> const less;
    auto const is_inside = !less(text.data(), begin) && less(text.data(), begin + source_.size());
    if (is_inside && !text.empty() && text != "\n") {
      auto blanks = out.size();
      while (blanks > 0 && out[blanks - 1] == ' ') --blanks;
      if (blanks == 0 || out[blanks - 1] == '\n') {
        auto const tabs =
            indentation(static_cast<std::size_t>(text.data() - begin), out.size() - blanks);
        if (!tabs.empty()) out.replace(blanks, out.npos, tabs);
      }
    }
    if (text.size() == 1 && text[0] == '\0')
      append_utf8(out, 0);
    else
      out += text;
  }

  // The blanks and tabs before `at` that are `width` columns wide; empty when none are exactly.
  std::string_view indentation(std::size_t at, std::size_t width) const {
    auto first = at;
    while (first > 0 && (source_[first - 1] == ' ' || source_[first - 1] == '\t')) --first;
    std::size_t line = first;
    while (line > 0 && source_[line - 1] != '\n') --line;
    std::vector<std::size_t> columns;
    std::size_t column = 0;
    for (auto i = line; i < at; ++i) {
      if (i >= first) columns.push_back(column);
      column = source_[i] == '\t' ? (column / 4 + 1) * 4 : column + 1;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (column - columns[i] == width)
        return std::string_view(source_).substr(first + i, at - first - i);
    }
    return {};
  }

  const std::string& source_;
  std::string complaint_;
  std::vector<Block> stack_;
  std::vector<bool> entered_;
  std::vector<Link> links_;
  std::size_t containers_ = 0;
  std::size_t cells_ = 0;
  std::size_t address_bytes_ = 0;
  int link_ = -1;
  int images_ = 0;
  int em_ = 0, strong_ = 0, strike_ = 0, code_ = 0;
  const char* escaped_ = nullptr;  // the last character behind a backslash
  bool is_implied_ = false;
  bool is_html_open_ = false;
  bool is_link_fresh_ = false;
};

}  // namespace

Result<Parsed> parse_markdown(const std::string& text) {
  std::string clean;
  clean.reserve(text.size());
  for (auto const c : text) {
    if (c == '\0')
      append_utf8(clean, 0);  // CommonMark 0.31.2, 2.3
    else
      clean += c;
  }
  auto const source = with_hidden_forms(std::move(clean));
  return Parser(source).run();
}

}  // namespace davit::connectors::atlassian::adf
