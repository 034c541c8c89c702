#include "sandbox/confluence/cql.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::confluence {
namespace {

constexpr std::string_view kFields[] = {
    "type",  "space",   "space.key",    "space.type",    "title",          "text",     "sitesearch",
    "label", "created", "lastmodified", "creator",       "contributor",    "ancestor", "parent",
    "id",    "content", "user",         "user.fullname", "user.accountid",
};

struct Token {
  enum class Kind { word, text, symbol, end };
  Kind kind = Kind::end;
  std::string text;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-' ||
         c == '/' || c == ':' || c == '@' || (c & 0x80) != 0;
}

// Empty with a text that is not closed.
std::optional<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < text.size();) {
    auto const c = text[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++i;
    } else if (c == '"' || c == '\'') {
      std::string value;
      for (++i; i < text.size() && text[i] != c; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value += text[i];
      }
      if (i++ >= text.size()) return std::nullopt;
      tokens.push_back({Token::Kind::text, std::move(value)});
    } else if (is_word(c)) {
      auto const begin = i;
      while (i < text.size() && is_word(text[i])) ++i;
      tokens.push_back({Token::Kind::word, std::string(text.substr(begin, i - begin))});
    } else {
      auto const two = text.substr(i, 2);
      auto const size = two == "!=" || two == "!~" || two == ">=" || two == "<=" ? 2U : 1U;
      tokens.push_back({Token::Kind::symbol, std::string(text.substr(i, size))});
      i += size;
    }
  }
  tokens.push_back({});
  return tokens;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<CqlQuery> parse() {
    CqlQuery query;
    // An order alone is a query, too.
    if (is_keyword("order")) {
      query.where.kind = Cql::Kind::all_of;
    } else {
      DAVIT_TRY(query.where, parse_any(0));
    }
    if (eat_keyword("order")) {
      if (!eat_keyword("by")) return problem();
      do {
        query.order.push_back({to_lower(next().text), false});
        if (eat_keyword("desc")) {
          query.order.back().is_descending = true;
        } else {
          eat_keyword("asc");
        }
      } while (eat(","));
    }
    if (peek().kind != Token::Kind::end) return problem();
    return query;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  Token next() {
    auto token = peek();
    if (token.kind != Token::Kind::end) ++at_;
    return token;
  }
  bool is_keyword(std::string_view word) const {
    return peek().kind == Token::Kind::word && iequals(peek().text, word);
  }
  bool eat_keyword(std::string_view word) {
    if (!is_keyword(word)) return false;
    ++at_;
    return true;
  }
  bool eat(std::string_view symbol) {
    if (peek().kind != Token::Kind::symbol || peek().text != symbol) return false;
    ++at_;
    return true;
  }
  Error problem() const {
    return Error(
        ErrorKind::invalid_input, fmt::format("Could not parse cql : near '{}'", peek().text)
    );
  }

  Result<Cql> parse_any(int depth) { return parse_row(depth, "or", Cql::Kind::any_of); }

  Result<Cql> parse_row(int depth, std::string_view word, Cql::Kind kind) {
    if (depth > 40) return problem();
    Cql row{.kind = kind};
    do {
      auto const is_or = kind == Cql::Kind::any_of;
      DAVIT_TRY(
          auto part, is_or ? parse_row(depth + 1, "and", Cql::Kind::all_of) : parse_one(depth + 1)
      );
      row.parts.push_back(std::move(part));
    } while (eat_keyword(word));
    return row;
  }

  Result<Cql> parse_one(int depth) {
    if (eat_keyword("not")) {
      Cql none{.kind = Cql::Kind::none_of};
      DAVIT_TRY(auto part, parse_one(depth + 1));
      none.parts.push_back(std::move(part));
      return none;
    }
    if (eat("(")) {
      DAVIT_TRY(auto inner, parse_any(depth + 1));
      if (!eat(")")) return problem();
      return inner;
    }
    return parse_clause();
  }

  Result<std::string> parse_op() {
    if (eat_keyword("in")) return std::string("in");
    if (eat_keyword("not")) {
      if (eat_keyword("in")) return std::string("not in");
      return problem();
    }
    constexpr std::string_view kOps[] = {"=", "!=", "~", "!~", ">", ">=", "<", "<="};
    if (peek().kind != Token::Kind::symbol ||
        std::ranges::find(kOps, peek().text) == std::end(kOps)) {
      return problem();
    }
    return next().text;
  }

  // now("-7d") and currentUser() keep their form.
  Result<std::string> parse_value() {
    if (peek().kind != Token::Kind::word && peek().kind != Token::Kind::text) return problem();
    auto const is_text = peek().kind == Token::Kind::text;
    auto value = next().text;
    if (is_text || !eat("(")) return value;
    value = to_lower(value) + "(";
    if (!eat(")")) {
      value += next().text;
      if (!eat(")")) return problem();
    }
    return value + ")";
  }

  Result<Cql> parse_clause() {
    if (peek().kind != Token::Kind::word) return problem();
    Cql clause;
    clause.field = to_lower(peek().text);
    if (std::ranges::find(kFields, clause.field) == std::end(kFields)) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("Could not parse cql : No field exists with name: '{}'", peek().text)
      );
    }
    ++at_;
    DAVIT_TRY(clause.op, parse_op());
    if (clause.op != "in" && clause.op != "not in") {
      DAVIT_TRY(auto value, parse_value());
      clause.values.push_back(std::move(value));
      return clause;
    }
    if (!eat("(")) return problem();
    do {
      DAVIT_TRY(auto value, parse_value());
      clause.values.push_back(std::move(value));
    } while (eat(","));
    if (!eat(")")) return problem();
    return clause;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

Result<CqlQuery> parse_cql(std::string_view text) {
  auto tokens = tokens_of(text);
  if (!tokens || tokens->size() < 2) {
    return Error(ErrorKind::invalid_input, fmt::format("Could not parse cql : {}", text));
  }
  return Parser(*std::move(tokens)).parse();
}

}  // namespace davit::sandbox::confluence
