#include "connectors/atlassian/confluence_cql.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::string_view kOperators = "+&|!(){}[]^~?:\\/";

bool is_word(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

bool is_operator_word(std::string_view word) {
  return word == "AND" || word == "OR" || word == "NOT";
}

}  // namespace

std::string cql_quoted(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    // A query is one line; other control characters mean nothing in it.
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += ' ';
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string cql_words(std::string_view words) {
  auto const keeps_quotes = std::ranges::count(words, '"') % 2 == 0;
  std::string plain;
  for (char const c : words) {
    auto const is_behind_word = !plain.empty() && is_word(plain.back());
    auto const is_dropped = kOperators.find(c) != kOperators.npos ||
                            static_cast<unsigned char>(c) < 0x20 || (c == '"' && !keeps_quotes) ||
                            ((c == '-' || c == '*') && !is_behind_word);
    plain += is_dropped ? ' ' : c;
  }
  std::string out;
  for (auto const word : split(plain, ' ')) {
    if (word.empty()) continue;
    if (!out.empty()) out += ' ';
    out += is_operator_word(word) ? to_lower(word) : std::string(word);
  }
  if (std::ranges::none_of(out, is_word)) return {};
  return cql_quoted(out);
}

}  // namespace davit::connectors::atlassian
