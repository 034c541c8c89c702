// Paging: lists in pages, with sealed cursors: where the next page begins, for which list, and for
// whom. An empty string is a cursor like any other, and not one of ours.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/seal.h"
#include "mcp/call.h"

namespace davit::mcp {

struct Page {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string next_cursor;  // empty on the last page
};

// The page of a list of `size` items that `params.cursor` asks for; null counts as absent. `list`
// names it, with the server. Errors: invalid_input, for a cursor that is not ours, or of another
// list or principal. A list that shrank since then yields an empty last page.
Result<Page> find_page(
    const KeyRing& ring,
    std::string_view list,
    const Call& call,
    std::size_t size,
    std::size_t page_size
);

}  // namespace davit::mcp
