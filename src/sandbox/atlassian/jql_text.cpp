#include "sandbox/atlassian/jql_text.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace davit::sandbox::atlassian {
namespace {

// Words of a text, without the plural's s: Jira compares stems.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (auto const c : text) {
    auto const is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '*' ||
                           static_cast<unsigned char>(c) >= 0x80;
    if (is_letter) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  for (auto& word : words) {
    if (word.size() > 3 && word.ends_with('s')) word.pop_back();
  }
  return words;
}

}  // namespace

bool is_in_text(std::string_view text, std::string_view wanted) {
  if (wanted.size() > 2 && wanted.front() == '"' && wanted.back() == '"') {
    return text.find(wanted.substr(1, wanted.size() - 2)) != text.npos;
  }
  auto const words = words_of(text);
  return std::ranges::all_of(words_of(wanted), [&](const std::string& one) {
    return std::ranges::any_of(words, [&](const std::string& word) {
      if (!one.ends_with('*')) return word == one;
      return word.starts_with(std::string_view(one).substr(0, one.size() - 1));
    });
  });
}

}  // namespace davit::sandbox::atlassian
