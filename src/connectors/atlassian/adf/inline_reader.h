// Pieces of text to inline nodes. Inside this folder only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/atlassian/adf/opaque.h"
#include "connectors/atlassian/adf/parse.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

// What one conversion remembers.
struct Conversion {
  const Opaque* originals = nullptr;
  const std::vector<Link>* links = nullptr;
  std::map<std::string, std::size_t, std::less<>> taken;
  std::size_t ids = 0;
  std::optional<Error> error;  // the first

  // The next node of the original with this key; null when there are no more.
  const json::Value* take(const std::string& key);
  std::string fresh_id();
  void fail(std::string message);
};

// A stretch of inline nodes, or a block that stood among them.
struct Part {
  json::Array content;
  std::optional<json::Value> block;
};

enum class Breaks { paragraph, heading };  // whether lone <br> stand for an empty paragraph

std::vector<Part> read_inline(
    Conversion& conversion, std::vector<Piece> pieces, unsigned marks, Breaks breaks
);

// Merges neighbouring texts with equal marks.
void append_inline(json::Array& to, json::Value node);

}  // namespace davit::connectors::atlassian::adf
