// Markdown to a tree of blocks with pieces of text, by md4c. Inside this folder only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::connectors::atlassian::adf {

struct Link {
  std::string url;
  std::string title;
  bool is_bare = false;   // an address in the text
  bool is_angle = false;  // <address>
};

struct Piece {
  enum class Kind { text, soft_break, line_break, html, image } kind = Kind::text;
  std::string text;                  // an image's: its alternative text
  std::vector<std::size_t> escaped;  // where a character of the text was escaped, ascending
  unsigned marks = 0;
  int link = -1;    // into Parsed::links
  int source = -1;  // an image's address, likewise
};

struct Block {
  enum class Kind {
    root,
    paragraph,
    heading,
    code,
    rule,
    quote,
    bullet_list,
    ordered_list,
    item,
    table,
    row,
    cell
  } kind = Kind::root;
  std::vector<Block> children;
  std::vector<Piece> pieces;
  unsigned number = 0;  // a heading's level, a list's first number
  bool is_task = false;
  bool is_done = false;
  bool is_header = false;  // a cell's
  std::string text;        // a code block's
  std::string language;
};

struct Parsed {
  Block root;
  std::vector<Link> links;
};

// Lists and quotes within each other; what is deeper is put into the last one. So the document is
// never deeper than json::parse reads.
inline constexpr std::size_t kMaxContainers = 10;

// Errors: invalid_input when a table or the whole gets too large.
Result<Parsed> parse_markdown(const std::string& text);

}  // namespace davit::connectors::atlassian::adf
