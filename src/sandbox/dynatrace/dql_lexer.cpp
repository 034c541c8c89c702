#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "sandbox/dynatrace/dql.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '$'; }

class Lexer {
 public:
  explicit Lexer(std::string_view query) : query_(query) {}

  Or<std::vector<Token>> run() {
    std::vector<Token> tokens;
    for (skip(); at_ < query_.size(); skip()) {
      auto token = next();
      if (!token) return token.error();
      tokens.push_back(*std::move(token));
    }
    tokens.push_back({TokenKind::end, "", query_.size(), query_.size()});
    return tokens;
  }

 private:
  bool sees(std::string_view text) const { return query_.substr(at_).starts_with(text); }

  // Blanks and comments.
  void skip() {
    while (at_ < query_.size()) {
      if (std::isspace(static_cast<unsigned char>(query_[at_])) != 0) {
        ++at_;
      } else if (sees("//")) {
        at_ = std::min(query_.find('\n', at_), query_.size());
      } else if (sees("/*")) {
        auto const end = query_.find("*/", at_ + 2);
        at_ = end == query_.npos ? query_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  Or<Token> next() {
    auto const c = query_[at_];
    if (c == '"') return quoted();
    if (c == '`') return backticked();
    if (is_digit(c)) return number();
    if (is_letter(c)) return take_while(TokenKind::name, is_name_part);
    for (std::string_view const two : {"==", "!=", "<=", ">="}) {
      if (sees(two)) return symbol(2);
    }
    if (std::string_view("|,:(){}[]<>=+-*/%").find(c) != std::string_view::npos) return symbol(1);
    return Error{
        "PARSE_ERROR",
        fmt::format("The character `{}` isn't allowed here.", c),
        std::string(1, c),
        at_,
        at_ + 1
    };
  }

  Token symbol(std::size_t size) {
    Token token{TokenKind::symbol, std::string(query_.substr(at_, size)), at_, at_ + size};
    at_ += size;
    return token;
  }

  Token take_while(TokenKind kind, bool (*fits)(char)) {
    auto const begin = at_;
    while (at_ < query_.size() && fits(query_[at_])) ++at_;
    return {kind, std::string(query_.substr(begin, at_ - begin)), begin, at_};
  }

  Token number() {
    auto token = take_while(TokenKind::number, [](char c) { return is_digit(c) || c == '.'; });
    while (at_ < query_.size() && is_letter(query_[at_])) {
      token.kind = TokenKind::duration;
      token.text += query_[at_++];
    }
    token.end = at_;
    return token;
  }

  Or<Token> quoted() {
    auto const begin = at_++;
    Token token{TokenKind::text, "", begin, begin};
    while (at_ < query_.size() && query_[at_] != '"') {
      auto c = query_[at_++];
      if (c == '\\' && at_ < query_.size()) {
        c = query_[at_++];
        if (c == 'n') c = '\n';
        if (c == 't') c = '\t';
      }
      token.text += c;
    }
    if (at_ >= query_.size()) {
      return Error{
          "PARSE_ERROR",
          "The string isn't terminated: a double quote is missing.",
          "\"",
          begin,
          query_.size()
      };
    }
    token.end = ++at_;
    return token;
  }

  Or<Token> backticked() {
    auto const begin = at_;
    auto const end = query_.find('`', begin + 1);
    if (end == query_.npos) {
      return Error{
          "PARSE_ERROR",
          "The identifier isn't terminated: a backtick is missing.",
          "`",
          begin,
          query_.size()
      };
    }
    at_ = end + 1;
    return Token{
        TokenKind::name, std::string(query_.substr(begin + 1, end - begin - 1)), begin, at_
    };
  }

  std::string_view query_;
  std::size_t at_ = 0;
};

json::Object show_point(std::string_view query, std::size_t index) {
  auto const before = query.substr(0, std::min(index, query.size()));
  auto const line = std::ranges::count(before, '\n') + 1;
  auto const last = before.rfind('\n');
  auto const column = last == before.npos ? before.size() + 1 : before.size() - last;
  return {{"column", column}, {"index", index}, {"line", line}};
}

}  // namespace

Or<std::vector<Token>> tokenize(std::string_view query) { return Lexer(query).run(); }

// The end is the last character, not behind it: as the vendor counts.
json::Object show_position(std::string_view query, std::size_t begin, std::size_t end) {
  return {
      {"start", show_point(query, begin)},
      {"end", show_point(query, end > begin ? end - 1 : begin)},
  };
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"ns", 1},
      {"us", 1'000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000},
      {"d", 86'400'000'000'000},
      {"w", 604'800'000'000'000},
  };
  std::int64_t number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 9 && is_digit(text[digits])) {
    number = number * 10 + (text[digits++] - '0');
  }
  if (digits == 0) return std::nullopt;
  for (auto const& [unit, factor] : kUnits) {
    if (text.substr(digits) != unit) continue;
    if (number > INT64_MAX / factor) return std::nullopt;
    return number * factor;
  }
  return std::nullopt;
}

}  // namespace davit::sandbox::dynatrace::dql
