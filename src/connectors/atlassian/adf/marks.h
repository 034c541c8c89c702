// The marks of text that Markdown can say. Inside this folder only.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::connectors::atlassian::adf {

inline constexpr unsigned kStrong = 1;
inline constexpr unsigned kEm = 2;
inline constexpr unsigned kStrike = 4;
inline constexpr unsigned kUnderline = 8;
inline constexpr unsigned kSub = 16;
inline constexpr unsigned kSup = 32;
inline constexpr unsigned kCode = 64;

struct MarkForm {
  unsigned bit;
  std::string_view delimiter;  // empty: only the tag
  std::string_view tag;
};

// In the order in which they are put around each other, the outermost first.
inline constexpr std::array<MarkForm, 6> kMarkForms = {{
    {kStrong, "**", "strong"},
    {kEm, "*", "em"},
    {kStrike, "~~", "del"},
    {kUnderline, "", "u"},
    {kSub, "", "sub"},
    {kSup, "", "sup"},
}};

struct SpanForms {
  std::string_view delimiter;
  std::string open;
  std::string close;
};
// For one bit, or strong and em together.
SpanForms forms_of(unsigned mark);

// 0 for a mark that Markdown does not say.
unsigned mark_bit(const json::Value& mark);
// The bit for a tag's name: strong, b, em, i, del, s, u, sub, sup, code; 0 for others.
unsigned bit_of_tag(std::string_view name);

// The marks as ADF has them, in the order link, em, strong, strike, subsup, underline, code. Code
// goes only with a link, and text is not both sub and sup. An empty `href` is no link.
json::Array to_marks(unsigned bits, const json::Value* link);

}  // namespace davit::connectors::atlassian::adf
