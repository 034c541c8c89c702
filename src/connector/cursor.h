// Cursor: where a list goes on, as text that only this deployment can make and read. It fits one
// tool and one set of arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/seal.h"
#include "connector/request.h"
#include "json/json.h"

namespace davit::connector {

struct Cursor {
  ApiRequest request;    // of the page
  std::size_t skip = 0;  // rows of that page that were answered already
};

// What a cursor is bound to: the tool and the arguments of the call, "cursor" not counted.
std::string cursor_binding(std::string_view tool, const json::Object& arguments);

std::string seal_cursor(const KeyRing& keys, std::string_view binding, const Cursor& cursor);

// Errors: invalid_input, when the text is not a cursor, or is one with another binding.
Result<Cursor> open_cursor(const KeyRing& keys, std::string_view binding, std::string_view text);

}  // namespace davit::connector
