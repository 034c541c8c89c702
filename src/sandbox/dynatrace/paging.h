// Pages of the classic API: a first call sets size and filters, and its nextPageKey carries them.
#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>

#include "sandbox/dynatrace/answers.h"

namespace davit::sandbox::dynatrace {

struct PageRule {
  std::string_view name;  // of the member that holds the rows
  std::int64_t size = 50;
  std::int64_t max_size = 500;
};

// With a nextPageKey: refuses every other parameter but those in `stays`, and puts the parameters
// of the first call back into `call`. "When the nextPageKey is set to obtain subsequent pages, you
// must omit all other query parameters": the vendor's document.
std::optional<http::Response> turn_page(
    Call& call, std::initializer_list<std::string_view> stays = {}
);

// The key of the page of `call` that begins there.
std::string make_page_key(const Call& call, std::size_t offset);

// {totalCount, pageSize, nextPageKey, <name>: rows}. `show` gets the index of a row.
http::Response paged(
    const Call& call,
    const PageRule& rule,
    std::size_t total,
    const std::function<json::Value(std::size_t)>& show
);

template <class T, class Show>
http::Response paged_rows(
    const Call& call, const PageRule& rule, const std::vector<T>& rows, const Show& show
) {
  return paged(call, rule, rows.size(), [&](std::size_t index) -> json::Value {
    return show(*rows[index]);
  });
}

}  // namespace davit::sandbox::dynatrace
