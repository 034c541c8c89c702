// Hits: everything that a search can find, in one form, and whether a query means it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/confluence/cql.h"
#include "sandbox/confluence/store.h"

namespace davit::sandbox::confluence {

struct Hit {
  std::string type;  // page, comment, attachment, space, user
  const Page* page = nullptr;
  const Comment* comment = nullptr;
  const Attachment* attachment = nullptr;
  const Space* space = nullptr;
  const story::Person* user = nullptr;
  std::string id;
  std::string title;
  std::string text;
  std::string creator;
  Time created{};
  Time modified{};
};

std::vector<Hit> all_hits(const Store& store);

// Errors: invalid_input for values that a field does not take.
Result<bool> is_meant(const Store& store, const Hit& hit, const Cql& query, Time now);

void sort_hits(std::vector<Hit>& hits, const std::vector<CqlOrder>& order);

// The words that text clauses look for, lower case, for highlighting.
std::vector<std::string> words_of(const Cql& query);

}  // namespace davit::sandbox::confluence
