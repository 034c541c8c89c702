// A unified diff of two texts, for what changed between two versions of a page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace davit::connectors::atlassian {

struct TextDiff {
  std::string text;  // hunks with three lines of context; empty when the texts are equal
  std::size_t added = 0;
  std::size_t removed = 0;
  bool is_cut = false;  // at `max_bytes`
};

// The shortest, as long as the texts are alike; of texts that differ in more than about a thousand
// lines one is removed and the other added where they differ. Time is lines times differences.
TextDiff unified_diff(std::string_view before, std::string_view after, std::size_t max_bytes);

}  // namespace davit::connectors::atlassian
