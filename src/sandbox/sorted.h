// Sorting that keeps the order of equals.
#pragma once

#include <algorithm>
#include <functional>

namespace davit::sandbox {

// By insertion, enough for some thousands of rows. std::stable_sort of libstdc++ 12 calls what its
// own headers deprecate, which clang 19 refuses under -Werror; drop this with libstdc++ 13.
template <class Rows, class Less = std::ranges::less, class Key = std::identity>
void sort_keeping_order(Rows& rows, Less less = {}, Key key = {}) {
  for (auto row = rows.begin(); row != rows.end(); ++row) {
    auto const place =
        std::ranges::upper_bound(rows.begin(), row, std::invoke(key, *row), less, key);
    std::rotate(place, row, row + 1);
  }
}

// By what `key` says of each.
template <class Rows, class Key>
void sort_by(Rows& rows, Key key) {
  sort_keeping_order(rows, std::ranges::less(), key);
}

}  // namespace davit::sandbox
