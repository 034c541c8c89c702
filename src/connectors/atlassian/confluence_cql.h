// CQL, the query language of Confluence's search, from what people say.
#pragma once

#include <string>
#include <string_view>

namespace davit::connectors::atlassian {

// A value in a query, whatever it holds.
// https://developer.atlassian.com/cloud/confluence/advanced-searching-using-cql/
std::string cql_quoted(std::string_view text);

// Words to be found, as the quoted text of `text ~`: phrases in double quotes and a `*` behind a
// word keep their meaning, the other operators of the text search become blanks. Empty when no word
// is left. https://developer.atlassian.com/cloud/confluence/performing-text-searches-using-cql/
std::string cql_words(std::string_view words);

}  // namespace davit::connectors::atlassian
