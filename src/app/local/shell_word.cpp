#include "app/local/shell_word.h"

#include <algorithm>

namespace davit::app {

bool is_plain_word(std::string_view word) {
  constexpr std::string_view kBeside = "._=/:@+-";
  return std::ranges::all_of(word, [&](unsigned char c) {
    auto const is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    auto const is_digit = c >= '0' && c <= '9';
    return is_letter || is_digit || kBeside.find(static_cast<char>(c)) != kBeside.npos;
  });
}

std::string shell_word(const std::string& word) {
  if (!word.empty() && is_plain_word(word)) return word;
  std::string out = "'";
  for (auto const c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

}  // namespace davit::app
