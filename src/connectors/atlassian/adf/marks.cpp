#include "connectors/atlassian/adf/marks.h"

#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

constexpr std::pair<std::string_view, unsigned> kTypes[] = {
    {"em", kEm},
    {"strong", kStrong},
    {"strike", kStrike},
    {"underline", kUnderline},
    {"code", kCode},
};
constexpr std::pair<std::string_view, unsigned> kTags[] = {
    {"strong", kStrong},
    {"b", kStrong},
    {"em", kEm},
    {"i", kEm},
    {"del", kStrike},
    {"s", kStrike},
    {"u", kUnderline},
    {"sub", kSub},
    {"sup", kSup},
    {"code", kCode},
};

}  // namespace

SpanForms forms_of(unsigned mark) {
  if (mark == (kStrong | kEm)) return {"***", "<strong><em>", "</em></strong>"};
  for (auto const& form : kMarkForms) {
    if (form.bit != mark) continue;
    return {form.delimiter, fmt::format("<{}>", form.tag), fmt::format("</{}>", form.tag)};
  }
  return {};
}

unsigned mark_bit(const json::Value& mark) {
  auto const type = type_of(mark);
  if (type == "subsup") {
    auto const which = attribute(mark, "type");
    return which == "sub" ? kSub : which == "sup" ? kSup : 0;
  }
  for (auto const& [name, bit] : kTypes) {
    if (name == type) return bit;
  }
  return 0;
}

unsigned bit_of_tag(std::string_view name) {
  for (auto const& [tag, bit] : kTags) {
    if (tag == name) return bit;
  }
  return 0;
}

json::Array to_marks(unsigned bits, const json::Value* link) {
  json::Array marks;
  auto const simple = [&](unsigned bit, std::string_view type) {
    if ((bits & bit) != 0) marks.push_back(make_node(type));
  };
  if (link != nullptr) marks.push_back(*link);
  if ((bits & kCode) != 0) {
    marks.push_back(make_node("code"));
    return marks;
  }
  simple(kEm, "em");
  simple(kStrong, "strong");
  simple(kStrike, "strike");
  if ((bits & (kSub | kSup)) != 0) {
    auto const which = (bits & kSub) != 0 ? "sub" : "sup";
    marks.push_back(make_node("subsup", object("type", which), {}));
  }
  simple(kUnderline, "underline");
  return marks;
}

}  // namespace davit::connectors::atlassian::adf
