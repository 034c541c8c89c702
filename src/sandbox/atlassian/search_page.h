// A page of issues by token: {"issues":[...],"nextPageToken":"...","isLast":false}, without a
// total.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/atlassian/selection.h"
#include "sandbox/atlassian/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

struct SearchPage {
  std::string list;  // what is listed, so that a token fits nothing else
  std::string token;
  std::int64_t max_results = 50;
  std::vector<std::string> fields;
  std::string_view fallback = "id";  // fields when none are named
  std::vector<std::string> expand;
};

http::Response search_answer(
    const Store& store, const std::vector<const Issue*>& found, const SearchPage& page
);

}  // namespace davit::sandbox::atlassian
