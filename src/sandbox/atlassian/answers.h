// Jira's error bodies and pages.
#pragma once

#include <string_view>

#include "json/json.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

// {"errorMessages":["..."],"errors":{}}
http::Response error(int status, std::string_view message);
// {"errorMessages":[],"errors":{"summary":"..."}}
http::Response field_errors(json::Object errors, int status = 400);
http::Response no_issue();

// What a list by offset looks like: which member holds the rows, how many there are at most and
// when nothing is asked for, and whether the page says where it ends.
struct PageShape {
  std::string_view rows = "values";
  int limit = 50;
  int fallback = 50;
  bool has_links = true;  // isLast, self, nextPage
};
http::Response offset_page(const Call& call, json::Array rows, const PageShape& shape = {});

// The issues of a list by token, "nextPageToken" in the query or body. The token fits only the list
// that it was made for.
struct TokenPage {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string next;  // empty on the last page
};
Or<TokenPage> token_page(
    std::string_view token, std::string_view list, std::size_t total, std::size_t max_results
);

}  // namespace davit::sandbox::atlassian
