#include "connectors/atlassian/jira_jql.h"

#include <vector>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMostOrders = 7;

struct Word {
  std::string_view text;
  bool is_quoted = false;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t end_of_quoted(std::string_view jql, std::size_t begin) {
  for (auto at = begin + 1; at < jql.size(); ++at) {
    if (jql[at] == '\\') {
      ++at;
    } else if (jql[at] == jql[begin]) {
      return at + 1;
    }
  }
  return jql.size();
}

// Words, quoted texts, and commas each on its own.
std::vector<Word> words_of(std::string_view jql) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < jql.size();) {
    auto const begin = at;
    if (is_blank(jql[at])) {
      ++at;
      continue;
    }
    auto const is_quoted = jql[at] == '"' || jql[at] == '\'';
    if (is_quoted) {
      at = end_of_quoted(jql, at);
    } else if (jql[at] == ',') {
      ++at;
    } else {
      while (at < jql.size() && !is_blank(jql[at]) && jql[at] != ',' && jql[at] != '"' &&
             jql[at] != '\'') {
        ++at;
      }
    }
    words.push_back({jql.substr(begin, at - begin), is_quoted});
  }
  return words;
}

// Where ORDER BY stands; the number of words without one.
std::size_t find_order(const std::vector<Word>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    auto const is_order = !words[i].is_quoted && iequals(words[i].text, "order");
    if (is_order && !words[i + 1].is_quoted && iequals(words[i + 1].text, "by")) return i;
  }
  return words.size();
}

}  // namespace

std::string quote_jql(std::string_view value) {
  std::string out = "\"";
  for (auto const c : value) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out + '"';
}

Result<> check_jql(std::string_view jql) {
  auto const words = words_of(jql);
  auto const order = find_order(words);
  if (order == 0) {
    return Error(
        ErrorKind::invalid_input,
        "jql must have a restriction before ORDER BY, such as project = PAY or updated >= -30d: "
        "Jira refuses to list everything"
    );
  }
  std::size_t fields = order < words.size() ? 1 : 0;
  for (auto i = order; i < words.size(); ++i) {
    if (!words[i].is_quoted && words[i].text == ",") ++fields;
  }
  if (fields <= kMostOrders) return {};
  return Error(
      ErrorKind::invalid_input,
      fmt::format("jql has {} fields behind ORDER BY, and Jira takes {}", fields, kMostOrders)
  );
}

}  // namespace davit::connectors::atlassian
