#include <algorithm>

#include <fmt/format.h>

#include "sandbox/dynatrace/dql.h"

namespace davit::sandbox::dynatrace::dql {
namespace {

using Kind = Expression::Kind;

constexpr std::string_view kCommands[] = {
    "dedup",
    "fetch",
    "fields",
    "fieldsAdd",
    "fieldsKeep",
    "fieldsRemove",
    "filter",
    "filterOut",
    "limit",
    "makeTimeseries",
    "sort",
    "smartscapeNodes",
    "summarize",
    "timeseries",
};
constexpr int kMaxDepth = 240;

class Parser {
 public:
  Parser(std::string_view query, std::vector<Token> tokens)
      : query_(query), tokens_(std::move(tokens)) {}

  Or<std::vector<Command>> run() {
    std::vector<Command> commands;
    do {
      auto command = parse_command(commands.empty());
      if (!command) return command.error();
      commands.push_back(*std::move(command));
    } while (take("|"));
    if (now().kind != TokenKind::end) return unexpected();
    return commands;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  bool sees(std::string_view symbol) const {
    return now().kind == TokenKind::symbol && now().text == symbol;
  }
  bool take(std::string_view symbol) {
    if (!sees(symbol)) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (now().kind != TokenKind::name || now().text != word) return false;
    ++at_;
    return true;
  }

  Error unexpected() const {
    auto const& token = now();
    if (token.kind == TokenKind::end) {
      return {
          "PARSE_ERROR",
          "The query isn't complete: something is missing at its end.",
          "",
          token.begin,
          token.end
      };
    }
    auto const part = std::string(query_.substr(token.begin, token.end - token.begin));
    return {
        "PARSE_ERROR_SINGLE_RANGE",
        fmt::format("`{}` isn't allowed here.", part),
        part,
        token.begin,
        token.end
    };
  }

  Or<Command> parse_command(bool is_first) {
    auto const token = now();
    auto const is_known = token.kind == TokenKind::name &&
                          std::ranges::find(kCommands, token.text) != std::end(kCommands);
    if (!is_known) {
      if (token.kind != TokenKind::name) return unexpected();
      return Error{
          "UNKNOWN_COMMAND",
          fmt::format("`{}` isn't a command.", token.text),
          token.text,
          token.begin,
          token.end
      };
    }
    auto const is_source =
        token.text == "fetch" || token.text == "timeseries" || token.text == "smartscapeNodes";
    if (is_source != is_first) return unexpected();
    ++at_;
    Command command{.name = token.text, .begin = token.begin};
    command.arguments.kind = Kind::call;
    while (now().kind != TokenKind::end && !sees("|")) {
      auto argument = parse_argument(0);
      if (!argument) return argument.error();
      add(command.arguments, *std::move(argument));
      auto const is_down = take_word("desc");
      if (!is_down) take_word("asc");
      command.is_down.push_back(is_down);
      if (!take(",")) break;
    }
    command.end = now().begin;
    if (now().kind != TokenKind::end && !sees("|")) return unexpected();
    return command;
  }

  struct Argument {
    std::string name;
    Expression value;
  };

  static void add(Expression& to, Argument argument) {
    to.arg_names.push_back(std::move(argument.name));
    to.args.push_back(std::move(argument.value));
  }

  // "by:{a,b}", "errors = count()", or an expression.
  Or<Argument> parse_argument(int depth) {
    Argument argument;
    auto const& next = tokens_[std::min(at_ + 1, tokens_.size() - 1)];
    auto const is_named = now().kind == TokenKind::name && next.kind == TokenKind::symbol &&
                          (next.text == ":" || next.text == "=");
    if (is_named) {
      argument.name = now().text;
      at_ += 2;
    }
    auto value = parse_binary(depth, 0);
    if (!value) return value.error();
    argument.value = *std::move(value);
    return argument;
  }

  // From loosest to tightest.
  std::string_view operator_at(int level) {
    static constexpr std::string_view kLevels[][6] = {
        {"or"}, {"and"}, {"==", "!=", "<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"}
    };
    auto const is_word = level < 2;
    if (now().kind != (is_word ? TokenKind::name : TokenKind::symbol)) return {};
    for (auto const name : kLevels[level]) {
      if (!name.empty() && now().text == name) return name;
    }
    return {};
  }

  Or<Expression> parse_binary(int depth, int level) {
    if (depth > kMaxDepth) return unexpected();
    if (level == 5) return parse_unary(depth);
    auto left = parse_binary(depth + 1, level + 1);
    if (!left) return left;
    for (auto name = operator_at(level); !name.empty(); name = operator_at(level)) {
      ++at_;
      auto right = parse_binary(depth + 1, level + 1);
      if (!right) return right;
      left = make(Kind::operation, std::string(name), {*std::move(left), *std::move(right)});
      if (level == 2) break;
    }
    return left;
  }

  Expression make(Kind kind, std::string name, std::vector<Expression> args) const {
    Expression out{.kind = kind, .name = std::move(name), .args = std::move(args)};
    out.arg_names.resize(out.args.size());
    out.begin = out.args.front().begin;
    out.end = out.args.back().end;
    out.source = query_.substr(out.begin, out.end - out.begin);
    return out;
  }

  Or<Expression> parse_unary(int depth) {
    auto const begin = now().begin;
    auto const is_not = now().kind == TokenKind::name && now().text == "not";
    if (!is_not && !sees("-")) return parse_primary(depth);
    ++at_;
    // "not a == b" is not (a == b).
    auto inner = is_not ? parse_binary(depth + 1, 2) : parse_unary(depth + 1);
    if (!inner) return inner;
    auto out = make(Kind::operation, is_not ? "not" : "negate", {*std::move(inner)});
    out.begin = begin;
    out.source = query_.substr(out.begin, out.end - out.begin);
    return out;
  }

  Expression literal(Kind kind) {
    auto const& token = tokens_[at_++];
    return {
        .kind = kind,
        .name = token.text,
        .begin = token.begin,
        .end = token.end,
        .source = std::string(query_.substr(token.begin, token.end - token.begin)),
    };
  }

  Or<Expression> parse_primary(int depth) {
    switch (now().kind) {
      case TokenKind::text: return literal(Kind::text);
      case TokenKind::number: return literal(Kind::number);
      case TokenKind::duration:
        if (!parse_duration(now().text)) return unexpected();
        return literal(Kind::duration);
      case TokenKind::name: return parse_name(depth);
      default: break;
    }
    if (sees("{")) return parse_list(depth, "{", "}");
    if (!take("(")) return unexpected();
    auto inner = parse_binary(depth + 1, 0);
    if (!inner) return inner;
    if (!take(")")) return unexpected();
    return inner;
  }

  Or<Expression> parse_list(int depth, std::string_view open, std::string_view close) {
    Expression list{.kind = Kind::list, .begin = now().begin};
    take(open);
    while (!sees(close)) {
      auto argument = parse_argument(depth + 1);
      if (!argument) return argument.error();
      add(list, *std::move(argument));
      if (!take(",")) break;
    }
    list.end = now().end;
    if (!take(close)) return unexpected();
    list.source = query_.substr(list.begin, list.end - list.begin);
    return list;
  }

  Or<Expression> parse_name(int depth) {
    auto name = literal(Kind::field);
    if (name.source == "true" || name.source == "false") name.kind = Kind::boolean;
    if (name.source == "null") name.kind = Kind::null;
    if (!sees("(") || name.kind != Kind::field) return name;
    auto call = parse_list(depth, "(", ")");
    if (!call) return call;
    call->kind = Kind::call;
    call->name = name.name;
    call->begin = name.begin;
    call->source = query_.substr(call->begin, call->end - call->begin);
    return call;
  }

  std::string_view query_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

const Expression* Expression::named(std::string_view wanted) const {
  auto const found = std::ranges::find(arg_names, wanted);
  if (found == arg_names.end()) return nullptr;
  return &args[static_cast<std::size_t>(found - arg_names.begin())];
}

Or<std::vector<Command>> parse(std::string_view query) {
  auto tokens = tokenize(query);
  if (!tokens) return tokens.error();
  return Parser(query, *std::move(tokens)).run();
}

}  // namespace davit::sandbox::dynatrace::dql
