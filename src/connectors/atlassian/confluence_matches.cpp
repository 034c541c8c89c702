#include "connectors/atlassian/confluence_matches.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kAround = 30;

// What is no text stands between two texts as a character that nobody writes.
constexpr char kGap = '\x01';

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// What stands around a match in its block.
std::string excerpt_of(std::string_view run, std::size_t at, std::size_t size) {
  auto begin = at - std::min(at, kAround);
  while (begin < at && is_continuation(run[begin])) ++begin;
  auto end = std::min(run.size(), at + size + kAround);
  while (end < run.size() && is_continuation(run[end])) --end;
  std::string excerpt(run.substr(begin, end - begin));
  std::ranges::replace(excerpt, kGap, ' ');
  return std::string(trim(excerpt));
}

void find_in_run(std::string_view run, std::string_view text, std::vector<std::string>& out) {
  for (auto at = run.find(text); at != run.npos; at = run.find(text, at + text.size())) {
    out.push_back(excerpt_of(run, at, text.size()));
  }
}

void find_below(
    const json::Value& node, std::string_view text, std::size_t depth, std::vector<std::string>& out
) {
  auto const* content = json::find_array(node, "content");
  if (content == nullptr || depth > kMaxNesting) return;
  if (json::find_string(node, "type") == "codeBlock") return;
  std::string run;
  for (auto const& child : *content) {
    auto const words = json::find_string(child, "text");
    if (words && json::find_string(child, "type") == "text") {
      run += *words;
      continue;
    }
    run += kGap;
    find_in_run(run, text, out);
    run.clear();
    find_below(child, text, depth + 1, out);
  }
  find_in_run(run, text, out);
}

}  // namespace

std::vector<std::string> find_matches(const json::Value& document, std::string_view text) {
  std::vector<std::string> matches;
  if (!text.empty()) find_below(document, text, 0, matches);
  return matches;
}

}  // namespace davit::connectors::atlassian
