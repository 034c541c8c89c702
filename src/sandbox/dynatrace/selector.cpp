#include "sandbox/dynatrace/selector.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::dynatrace {
namespace {

constexpr int kMaxDepth = 8;

class Parser {
 public:
  Parser(std::string_view text, std::string_view parameter) : text_(text), parameter_(parameter) {}

  Or<Selector> parse() {
    DAVIT_TRY(auto all, criteria(0));
    if (at_ != text_.size()) return wrong("unexpected character");
    return all;
  }

 private:
  http::Response wrong(std::string_view what) const {
    return violation(
        parameter_, fmt::format("Could not parse selector: {} at position {}", what, at_)
    );
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool sees(char c) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == c;
  }

  // Up to a mark of the grammar: names, and values without quotes.
  std::string_view word() {
    skip_blanks();
    auto const begin = at_;
    while (at_ < text_.size() &&
           std::string_view("(),\"").find(text_[at_]) == std::string_view::npos)
      ++at_;
    return trim(text_.substr(begin, at_ - begin));
  }

  Or<Selector> criteria(int depth) {
    Selector all;
    do {
      DAVIT_TRY(auto one, criterion(depth));
      all.push_back(std::move(one));
    } while (take(','));
    return all;
  }

  Or<Criterion> criterion(int depth) {
    if (depth > kMaxDepth) return wrong("too deeply nested");
    Criterion one;
    one.name = word();
    if (one.name.empty()) return wrong("criterion expected");
    if (!take('(')) return wrong("'(' expected");
    do {
      if (sees('"')) {
        DAVIT_TRY(auto value, quoted());
        one.values.push_back(std::move(value));
        continue;
      }
      auto const before = at_;
      auto const bare = word();
      if (sees('(')) {
        at_ = before;
        DAVIT_TRY(auto inner, criterion(depth + 1));
        one.nested.push_back(std::move(inner));
      } else if (!bare.empty()) {
        one.values.emplace_back(bare);
      }
    } while (take(','));
    if (!take(')')) return wrong("')' expected");
    if (one.values.empty() && one.nested.empty()) one.values.emplace_back();
    return one;
  }

  Or<std::string> quoted() {
    take('"');
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '~' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_++];
    }
    if (!take('"')) return wrong("closing quote expected");
    return value;
  }

  std::string_view text_;
  std::string_view parameter_;
  std::size_t at_ = 0;
};

}  // namespace

bool Criterion::has(std::string_view wanted) const {
  return std::ranges::find(values, wanted) != values.end();
}

bool Criterion::has_similar(std::string_view wanted) const {
  return std::ranges::any_of(values, [&](auto const& one) { return iequals(one, wanted); });
}

Or<Selector> parse_selector(std::string_view text, std::string_view parameter) {
  if (trim(text).empty()) return Selector{};
  return Parser(text, parameter).parse();
}

Or<Selector> parse_selector(
    std::string_view text, std::string_view parameter, std::initializer_list<std::string_view> known
) {
  DAVIT_TRY(auto all, parse_selector(text, parameter));
  for (auto const& one : all) {
    if (std::ranges::find(known, std::string_view(one.name)) == known.end()) {
      return violation(parameter, fmt::format("Unknown criterion '{}'", one.name));
    }
    if (one.values.empty()) {
      return violation(parameter, fmt::format("Criterion '{}' needs a value", one.name));
    }
  }
  return all;
}

bool contains_similar(std::string_view text, std::string_view part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

}  // namespace davit::sandbox::dynatrace
