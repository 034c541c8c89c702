// Xhtml: the XML of the storage format as a tree; only what that format has.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace davit::sandbox::confluence {

struct Element {
  std::string name;  // "" for text
  std::string text;
  std::vector<std::pair<std::string, std::string>> attrs;
  std::vector<Element> children;

  std::string_view attr(std::string_view wanted) const;
  const Element* child(std::string_view wanted) const;
  std::string all_text() const;
};

// The children of the element that is returned are what `text` holds. Errors: invalid_input.
Result<Element> parse_xhtml(std::string_view text);

}  // namespace davit::sandbox::confluence
