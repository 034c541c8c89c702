#include "json/pretty.h"

#include "base/strings.h"

namespace davit::json {
namespace {

constexpr std::size_t kLine = 100;  // columns

void append(std::string& out, const Value& value, std::size_t indent, std::size_t column) {
  auto const flat = to_text(value);
  auto const is_empty = flat.size() <= 2;
  auto const is_deep = [](const auto& item) { return item.is_structured(); };
  auto deep = false;
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) deep = deep || is_deep(item);
  } else if (auto const* object = value.if_object()) {
    for (auto const& entry : *object) deep = deep || is_deep(entry.value());
  }
  if (!value.is_structured() || is_empty || (!deep && column + flat.size() <= kLine)) {
    out += flat;
    return;
  }
  auto const open = [&out, indent](std::string_view lead) {
    out.append(lead).append("\n").append(indent + 2, ' ');
  };
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) {
      open(&item == array->begin() ? "[" : ",");
      append(out, item, indent + 2, indent + 2);
    }
  } else {
    auto const& object = value.get_object();
    for (auto const& [key, item] : object) {
      open(key == object.begin()->key() ? "{" : ",");
      append_json_string(out, key);
      out += ": ";
      append(out, item, indent + 2, indent + 4 + key.size());
    }
  }
  out.append("\n").append(indent, ' ') += value.is_array() ? ']' : '}';
}

}  // namespace

std::string pretty(const Value& value) {
  std::string out;
  append(out, value, 0, 0);
  return out;
}

}  // namespace davit::json
