// JQL: reading a query, and the issues that it finds.
// support.atlassian.com/jira-software-cloud/docs/what-is-advanced-search-in-jira-cloud
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/atlassian/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

struct JqlOperand {
  std::string text;
  bool is_function = false;
  bool is_empty = false;  // EMPTY or NULL
  std::vector<std::string> arguments;
};

struct JqlNode {
  enum class Kind { all, any, negated, test };
  Kind kind = Kind::test;
  std::vector<JqlNode> children;
  std::string field;
  std::string op;  // "=", "!=", "in", "not in", "is", "is not", "~", "!~", "<", ...
  std::vector<JqlOperand> operands;
};

struct JqlOrder {
  std::string field;
  bool is_descending = false;
};

struct JqlQuery {
  std::optional<JqlNode> where;
  std::vector<JqlOrder> order;
};

// Errors: 400 with Jira's wording.
Or<JqlQuery> parse_jql(std::string_view text);

// Without an order: the newest first.
Or<std::vector<const Issue*>> run_jql(const Store& store, const JqlQuery& query);

}  // namespace davit::sandbox::atlassian
