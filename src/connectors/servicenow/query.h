// Query: the one place where encoded queries are made.
// https://www.servicenow.com/docs/bundle/zurich-platform-user-interface/page/use/
// using-lists/concept/c_EncodedQueryStrings.html
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::connectors::servicenow {

class Query {
 public:
  // `field` is ours, or checked against the dictionary. `argument` is for the message. Errors:
  // invalid_input, for an operator that is none and what check_value refuses.
  Result<> add(
      std::string_view argument,
      std::string_view field,
      std::string_view op,
      std::string_view value = {}
  );
  // One of the fields fits.
  Result<> add_any(
      std::string_view argument,
      std::span<const std::string_view> fields,
      std::string_view op,
      std::string_view value
  );
  // One of the values.
  Result<> add_in(
      std::string_view argument, std::string_view field, const std::vector<std::string>& values
  );
  // Full text search, as the search field of a list does it.
  Result<> add_text(std::string_view argument, std::string_view text);
  // A condition of ours, or a query that `parse_query` took.
  void add_trusted(std::string_view conditions);
  // "-opened_at" for the last first. The order is always made whole by sys_id, for pages would
  // overlap otherwise.
  void order_by(std::string_view field);

  std::string text() const;

 private:
  std::string conditions_;
  std::string order_;
};

struct ParsedQuery {
  std::vector<std::string> fields;  // whose names must be checked
  std::string text;                 // without an end that means nothing
  bool has_alternatives = false;    // ^NQ: would not be narrowed by further conditions
};

// Takes an encoded query that somebody else wrote to pieces. Refused is what cannot be checked,
// because ServiceNow leaves out a condition it does not understand and then answers with every
// record. Errors: invalid_input.
Result<ParsedQuery> parse_query(std::string_view text);

// Operators that have no value are those that end so.
bool is_operator(std::string_view op);
bool has_no_value(std::string_view op);

}  // namespace davit::connectors::servicenow
