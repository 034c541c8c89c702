#include "sandbox/dynatrace/dql_text.h"

#include <string>

#include "base/strings.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

bool is_word_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

bool has_phrase(std::string_view text, std::string_view phrase) {
  auto const low = to_lower(text);
  auto const wanted = to_lower(phrase);
  if (wanted.empty()) return true;
  for (auto at = low.find(wanted); at != low.npos; at = low.find(wanted, at + 1)) {
    auto const end = at + wanted.size();
    auto const begins = at == 0 || !is_word_part(low[at - 1]) || !is_word_part(wanted.front());
    auto const ends = end == low.size() || !is_word_part(low[end]) || !is_word_part(wanted.back());
    if (begins && ends) return true;
  }
  return false;
}

bool matches_value(std::string_view text, std::string_view pattern) {
  auto const low = to_lower(text);
  auto wanted = to_lower(pattern);
  auto const open_begin = wanted.starts_with('*');
  auto const open_end = wanted.size() > 1 && wanted.ends_with('*');
  if (open_begin) wanted.erase(0, 1);
  if (open_end) wanted.pop_back();
  if (open_begin && open_end) return low.find(wanted) != low.npos;
  if (open_begin) return low.ends_with(wanted);
  return open_end ? low.starts_with(wanted) : low == wanted;
}

}  // namespace davit::sandbox::dynatrace::dql
