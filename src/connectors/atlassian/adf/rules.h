// Which node may stand in which, as facts of Atlassian's published schema (adf-schema, copy of
// 2025-02). Inside this folder only.
#pragma once

#include <span>
#include <string_view>

#include "json/json.h"

namespace davit::connectors::atlassian::adf {

struct NodeRule {
  std::string_view type;
  std::string_view children;  // types, separated by blanks; empty: none
  std::string_view marks;     // marks it may carry; for text see check.cpp
  std::string_view needs;     // attributes it must have
  bool needs_content = false;
};

// Null for a type that the schema does not know: it is carried along and never looked into.
const NodeRule* rule_of(std::string_view type);

bool is_word_in(std::string_view words, std::string_view word);

// True when `child` may stand in `parent`, or when the schema does not know one of them.
bool allows(std::string_view parent, std::string_view child);

// The first child of a list item: a paragraph, media or a code block.
bool may_begin_item(std::string_view type);

}  // namespace davit::connectors::atlassian::adf
