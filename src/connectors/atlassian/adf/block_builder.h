// The tree of Markdown's blocks to ADF blocks, by the rules of ADF. Inside this folder only.
#pragma once

#include <string_view>

#include "connectors/atlassian/adf/inline_reader.h"
#include "connectors/atlassian/adf/parse.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// Moves out of `blocks`. What it builds may stand in a node of type `parent`; a failure is noted in
// `conversion`.
json::Array build_blocks(
    Conversion& conversion, std::vector<Block> blocks, std::string_view parent
);

// Pairs of <details> and </details>, and of a shell's markers, among sibling blocks.
struct Entry {
  enum class Kind {
    block,
    details_open,
    details_close,
    shell_open,
    shell_close
  } kind = Kind::block;
  Block block;              // for the tags: a paragraph of their pieces, for when they have no pair
  std::size_t number = 0;   // a shell's
  std::size_t partner = 0;  // 0: none
  bool has_title = false;
  std::string title;
};
// In enclosures.cpp.
std::vector<Entry> find_enclosures(
    Conversion& conversion, std::vector<Block> blocks, bool details_allowed
);

}  // namespace davit::connectors::atlassian::adf
