#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/jql.h"
#include "sandbox/atlassian/jql_lex.h"

namespace davit::sandbox::atlassian {
namespace {

using Kind = JqlToken::Kind;

constexpr std::size_t kMostOrdered = 7;
constexpr int kDeepest = 50;
// Words with a meaning of their own, and some of those that JQL keeps for itself. There are about
// 200: support.atlassian.com, "Reserved words".
constexpr std::string_view kReserved[] = {
    "and",    "or",   "not",  "in",     "is",     "was",    "changed", "order",  "by",
    "empty",  "null", "a",    "an",     "from",   "to",     "on",      "before", "after",
    "during", "for",  "with", "delete", "select", "update", "where",   "all",    "any",
    "if",     "else", "next", "new",    "group",  "having", "limit",   "like",
};

class Parser {
 public:
  explicit Parser(std::vector<JqlToken> tokens) : tokens_(std::move(tokens)) {}

  Or<JqlQuery> run() {
    JqlQuery query;
    if (!is_word("order") && now().kind != Kind::end) {
      DAVIT_TRY(query.where, any_of(0));
    }
    if (take_word("order")) {
      if (!take_word("by")) return expected("by");
      do {
        DAVIT_TRY(auto order, order_by());
        query.order.push_back(std::move(order));
      } while (take_sign(","));
    }
    if (query.order.size() > kMostOrdered) {
      return error(
          400, fmt::format("The maximum number of fields in ORDER BY is {}.", kMostOrdered)
      );
    }
    if (now().kind == Kind::end) return query;
    return jql_error(
        fmt::format("Expecting either 'OR' or 'AND' but got '{}'.", now().text), now().at
    );
  }

 private:
  const JqlToken& now() const { return tokens_[at_]; }
  JqlToken take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool is_word(std::string_view word) const {
    return now().kind == Kind::word && iequals(now().text, word);
  }
  bool take_word(std::string_view word) { return is_word(word) && (++at_, true); }
  bool take_sign(std::string_view sign) {
    return now().kind == Kind::sign && now().text == sign && (++at_, true);
  }
  http::Response expected(std::string_view what) const {
    if (now().kind == Kind::end) {
      return jql_error(fmt::format("Expecting {} before the end of the query.", what), now().at);
    }
    return jql_error(fmt::format("Expecting {} but got '{}'.", what, now().text), now().at);
  }

  Or<JqlNode> chain(JqlNode::Kind kind, int depth) {
    auto const is_any = kind == JqlNode::Kind::any;
    JqlNode node;
    node.kind = kind;
    do {
      DAVIT_TRY(auto child, is_any ? chain(JqlNode::Kind::all, depth) : term(depth));
      node.children.push_back(std::move(child));
    } while (take_word(is_any ? "or" : "and") || take_sign(is_any ? "||" : "&&"));
    return node;
  }
  Or<JqlNode> any_of(int depth) { return chain(JqlNode::Kind::any, depth); }

  Or<JqlNode> term(int depth) {
    if (depth > kDeepest) return jql_error("The query is nested too deeply.", now().at);
    if (take_word("not") || take_sign("!")) {
      DAVIT_TRY(auto child, term(depth + 1));
      JqlNode node;
      node.kind = JqlNode::Kind::negated;
      node.children.push_back(std::move(child));
      return node;
    }
    if (!take_sign("(")) return test();
    DAVIT_TRY(auto node, any_of(depth + 1));
    if (!take_sign(")")) return expected("')'");
    return node;
  }

  Or<std::string> field() {
    auto const is_text = now().kind == Kind::word || now().kind == Kind::quoted;
    if (!is_text || is_reserved(now())) return expected("either a field or '('");
    return take().text;
  }

  static bool is_reserved(const JqlToken& token) {
    return token.kind == Kind::word &&
           std::ranges::any_of(kReserved, [&](auto word) { return iequals(token.text, word); });
  }

  Or<std::string> op() {
    if (take_word("in")) return std::string("in");
    if (take_word("is")) return std::string(take_word("not") ? "is not" : "is");
    if (is_word("not") && iequals(tokens_[at_ + 1].text, "in")) {
      at_ += 2;
      return std::string("not in");
    }
    constexpr std::string_view kOps[] = {"=", "!=", "<", ">", "<=", ">=", "~", "!~"};
    if (now().kind == Kind::sign && std::ranges::find(kOps, now().text) != std::end(kOps)) {
      return take().text;
    }
    if (is_word("was") || is_word("changed")) {
      return error(400, "History searches with WAS and CHANGED are not supported here.");
    }
    return jql_error(
        fmt::format(
            "Expecting operator but got '{}'. The valid operators are '=', '!=', '<', '>', '<=', "
            "'>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.",
            now().text
        ),
        now().at
    );
  }

  Or<JqlNode> test() {
    JqlNode node;
    DAVIT_TRY(node.field, field());
    DAVIT_TRY(node.op, op());
    auto const is_list = node.op == "in" || node.op == "not in";
    if (is_list && take_sign("(")) {
      do {
        DAVIT_TRY(auto one, operand());
        node.operands.push_back(std::move(one));
      } while (take_sign(","));
      if (!take_sign(")")) return expected("either ')' or ','");
      return node;
    }
    DAVIT_TRY(auto one, operand());
    if (is_list && !one.is_function) return expected("'(' before a list");
    node.operands.push_back(std::move(one));
    return node;
  }

  Or<JqlOperand> operand() {
    JqlOperand out;
    if (take_word("empty") || take_word("null")) return out.is_empty = true, out;
    auto const is_text = now().kind == Kind::word || now().kind == Kind::quoted;
    if (!is_text || now().text.empty()) return expected("either a value, list or function");
    if (is_reserved(now())) {
      return jql_error(
          fmt::format(
              "Expecting either a value, list or function but got '{0}'. You must surround '{0}' "
              "in quotation marks to use it as a value.",
              now().text
          ),
          now().at
      );
    }
    out.text = take().text;
    if (!take_sign("(")) return out;
    out.is_function = true;
    while (!take_sign(")")) {
      if (now().kind == Kind::end) return expected("')'");
      auto const argument = take();
      if (argument.kind != Kind::sign) out.arguments.push_back(argument.text);
    }
    return out;
  }

  Or<JqlOrder> order_by() {
    JqlOrder order;
    DAVIT_TRY(order.field, field());
    order.is_descending = take_word("desc");
    if (!order.is_descending) take_word("asc");
    return order;
  }

  std::vector<JqlToken> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

Or<JqlQuery> parse_jql(std::string_view text) {
  DAVIT_TRY(auto tokens, lex_jql(text));
  return Parser(std::move(tokens)).run();
}

}  // namespace davit::sandbox::atlassian
