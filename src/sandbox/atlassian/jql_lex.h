// The words of a JQL query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

struct JqlToken {
  enum class Kind { word, quoted, sign, end };
  Kind kind = Kind::end;
  std::string text;
  std::size_t at = 0;  // of its first character, from 1
};

// "Error in the JQL Query: ... (line 1, character 9)"
http::Response jql_error(std::string_view text, std::size_t at);

// Ends with a token of kind end.
Or<std::vector<JqlToken>> lex_jql(std::string_view text);

}  // namespace davit::sandbox::atlassian
