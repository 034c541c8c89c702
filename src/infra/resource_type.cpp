#include "infra/resource_type.h"

#include <algorithm>

namespace davit::infra {
namespace {

// Whether `list` has `word` between blanks.
bool has_word(std::string_view list, std::string_view word, std::string_view mark = "") {
  while (!list.empty()) {
    auto const item = list.substr(0, list.find(' '));
    if (item.size() == word.size() + mark.size() && item.starts_with(word) &&
        item.ends_with(mark)) {
      return true;
    }
    list.remove_prefix(std::min(list.size(), item.size() + 1));
  }
  return false;
}

}  // namespace

bool ResourceType::has_property(std::string_view property) const {
  return has_word(properties, property) || has_word(properties, property, "!");
}

bool ResourceType::is_replaced_by(std::string_view path) const {
  return has_word(properties, path, "!");
}

bool ResourceType::has_attribute(std::string_view attribute) const {
  return has_word(attributes, attribute);
}

const ResourceType* find_resource_type(std::string_view name) {
  auto const found = std::ranges::find(kResourceTypes, name, &ResourceType::name);
  return found == kResourceTypes.end() ? nullptr : &*found;
}

}  // namespace davit::infra
