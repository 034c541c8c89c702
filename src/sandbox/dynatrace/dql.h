// DQL, the query language of Grail: text to commands. A part of the language, and a syntax error
// with a position for all else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "sandbox/rest.h"

namespace davit::sandbox::dynatrace::dql {

// What is wrong with a query: PARSE_ERROR and the like, with the part it is about.
struct Error {
  std::string type;     // "UNKNOWN_COMMAND"
  std::string message;  // with the part in backticks
  std::string part;
  std::size_t begin = 0;  // bytes of the query
  std::size_t end = 0;
};

template <class T>
class [[nodiscard]] Or : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Or(Error error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}
};

enum class TokenKind { name, text, number, duration, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // unescaped
  std::size_t begin = 0;
  std::size_t end = 0;
};

Or<std::vector<Token>> tokenize(std::string_view query);

struct Expression {
  enum class Kind { field, text, number, duration, boolean, null, call, operation, list };
  Kind kind = Kind::null;
  std::string name;  // of a field, a function or an operator; the text of a literal
  std::vector<Expression> args;
  std::vector<std::string> arg_names;  // as many as args; empty for one without a name
  std::size_t begin = 0;
  std::size_t end = 0;

  std::string source;  // as it was written: the name of a column without an alias
  // Of a named argument; null without one.
  const Expression* named(std::string_view wanted) const;
};

struct Command {
  std::string name;
  Expression arguments;       // a call with the command's arguments, the aliases as their names
  std::vector<bool> is_down;  // of sort, for each argument
  std::size_t begin = 0;
  std::size_t end = 0;
};

Or<std::vector<Command>> parse(std::string_view query);

// Nanoseconds of "5m"; nothing when it is none.
std::optional<std::int64_t> parse_duration(std::string_view text);

// {"start":{index,line,column},"end":{..}} as of TokenPosition.
json::Object show_position(std::string_view query, std::size_t begin, std::size_t end);

}  // namespace davit::sandbox::dynatrace::dql
