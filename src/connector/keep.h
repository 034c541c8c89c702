// Keep: which fields of an answer stay, in one line of text that the compiler checks.
//
//   keep  = field *( " " field )
//   field = [ name "=" ] path [ "?" ] [ "@" ] [ "~" [ bytes ] ] [ "{" keep "}" ]
//
//   iid                        as it is
//   author.username            the value at the path, under the name of its first step: "author"
//   merge=detailed_merge_status   under another name
//   assignees.username         across an array: the names of all, as an array
//   draft?                     left out when false or 0 (null, "", [] and {} always are)
//   start=startTime@           a point in time, as RFC 3339 to the minute: Unix time in s, ms or
//   us,
//                              or "2026-11-20 14:02:31" in UTC; left out when it is negative
//   title~  description~4000   text that people outside wrote: cleaned, cut (at 500 bytes unless
//                              said), and named in the answer as not to be trusted
//   notes{id body~}            some fields of an object, or of each object of an array
#pragma once

#include <cstddef>
#include <string_view>

namespace davit::connector {

using Str = std::string_view;

inline constexpr std::size_t kForeignTextBytes = 500;
inline constexpr std::size_t kOwnTextBytes = 1000;

// One field as written, its parts still text.
struct KeepField {
  Str name;
  Str path;
  Str fields;  // what stands between the braces
  std::size_t max_bytes = kOwnTextBytes;
  bool foreign = false;
  bool drop_false = false;
  bool is_time = false;
};

// Takes the next field off `rest`. Throws for what is no field, which in a constant expression
// stops the compiler there.
constexpr KeepField take_keep_field(Str& rest) {
  auto const is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  auto const take_word = [&] {
    std::size_t size = 0;
    while (size < rest.size() && is_word(rest[size])) ++size;
    if (size == 0) throw "a name is missing in a keep text";
    auto const word = rest.substr(0, size);
    rest.remove_prefix(size);
    return word;
  };
  auto const take = [&](char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  };

  KeepField field;
  field.path = take_word();
  field.name = field.path.substr(0, field.path.find('.'));
  if (take('=')) {
    field.name = field.path;
    field.path = take_word();
  }
  field.drop_false = take('?');
  field.is_time = take('@');
  field.foreign = take('~');
  if (field.foreign) {
    field.max_bytes = 0;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      field.max_bytes = field.max_bytes * 10 + static_cast<std::size_t>(rest[0] - '0');
      rest.remove_prefix(1);
    }
    if (field.max_bytes == 0) field.max_bytes = kForeignTextBytes;
  }
  if (take('{')) {
    std::size_t depth = 1;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
      if (rest[end] == '{') ++depth;
      if (rest[end] == '}' && --depth == 0) break;
    }
    if (end == rest.size()) throw "a '{' is not closed in a keep text";
    field.fields = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  if (!rest.empty() && !take(' ')) throw "a keep text has fields divided by one blank";
  return field;
}

constexpr void check_keep(Str text) {
  while (!text.empty()) check_keep(take_keep_field(text).fields);
}

// A text that has passed the check: it has no other constructor.
class Keep {
 public:
  constexpr Keep() = default;
  consteval Keep(const char* text) : text_(text) { check_keep(text_); }  // NOLINT(*-explicit-*)

  constexpr Str text() const { return text_; }
  constexpr bool empty() const { return text_.empty(); }

 private:
  Str text_;
};

}  // namespace davit::connector
