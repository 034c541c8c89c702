// CQL: what people search with. developer.atlassian.com/cloud/confluence/
// advanced-searching-using-cql. Text is parsed into a tree; what a clause means, search.cpp knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::sandbox::confluence {

struct Cql {
  enum class Kind { clause, all_of, any_of, none_of };
  Kind kind = Kind::clause;
  std::vector<Cql> parts;  // of everything but a clause

  std::string field;                // lower case
  std::string op;                   // = != ~ !~ > >= < <= in, "not in"
  std::vector<std::string> values;  // functions as they stand: now("-7d")
};

struct CqlOrder {
  std::string field;
  bool is_descending = false;
};

struct CqlQuery {
  Cql where;
  std::vector<CqlOrder> order;
};

// Errors: invalid_input with the words of the real parser.
Result<CqlQuery> parse_cql(std::string_view text);

}  // namespace davit::sandbox::confluence
