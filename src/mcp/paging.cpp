#include "mcp/paging.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace davit::mcp {
namespace {

constexpr std::string_view kPurpose = "list cursor";

// What a cursor says behind the position: whose list it is. The size keeps a blank in the list's
// name from being one in front of the principal.
std::string owner(std::string_view list, const Call& call) {
  return fmt::format(" {} {} {}", list.size(), list, call.principal.id);
}

Result<std::size_t> open_cursor(
    const KeyRing& ring, std::string_view list, const Call& call, const json::Value& cursor
) {
  Error const refusal(ErrorKind::invalid_input, "params.cursor is not one of this list's");
  if (!cursor.is_string()) return refusal;
  auto const plain = ring.open(kPurpose, json::view(cursor.get_string()));
  if (!plain) return refusal;
  std::size_t begin = 0;
  auto const* const last = plain->data() + plain->size();
  auto const [end, failure] = std::from_chars(plain->data(), last, begin);
  if (failure != std::errc() || std::string_view(end, last) != owner(list, call)) return refusal;
  return begin;
}

}  // namespace

Result<Page> find_page(
    const KeyRing& ring,
    std::string_view list,
    const Call& call,
    std::size_t size,
    std::size_t page_size
) {
  Page page;
  auto const* params = call.message->params();
  auto const* cursor = params == nullptr ? nullptr : params->if_contains("cursor");
  if (cursor != nullptr && !cursor->is_null()) {
    DAVIT_TRY(page.begin, open_cursor(ring, list, call, *cursor));
    page.begin = std::min(page.begin, size);
  }
  page.end = page.begin + std::min(page_size, size - page.begin);
  if (page.end < size) {
    page.next_cursor = ring.seal(kPurpose, fmt::format("{}{}", page.end, owner(list, call)));
  }
  return page;
}

}  // namespace davit::mcp
