// The parts of edit.h: one function for each operation. Inside this folder only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/atlassian/adf/edit.h"
#include "connectors/atlassian/adf/opaque.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

using Change = EditReport::Change;

// `doc` is changed; `originals` is of the document before all edits.
using EditFunction =
    Result<Change> (*)(json::Value& doc, const Edit& edit, const Opaque& originals);
Result<Change> replace_text(json::Value& doc, const Edit& edit, const Opaque& originals);
Result<Change> replace_section(json::Value& doc, const Edit& edit, const Opaque& originals);
Result<Change> append(json::Value& doc, const Edit& edit, const Opaque& originals);
Result<Change> insert_after(json::Value& doc, const Edit& edit, const Opaque& originals);
Result<Change> set_task(json::Value& doc, const Edit& edit, const Opaque& originals);
Result<Change> set_cell(json::Value& doc, const Edit& edit, const Opaque& originals);

// A block of text with the nodes above it, the document first.
struct TextBlock {
  json::Value* node;
  std::vector<json::Value*> above;
  std::vector<std::size_t> place;  // the indexes that lead to it
};
// Every block that holds text, code included. What is not looked into is what Opaque gives a
// marker.
void for_each_text_block(json::Value& doc, const std::function<void(const TextBlock&)>& visit);

// The text of such a block, with a character of its own for every node that is no text.
std::string flat_text(const json::Value& block);
// Where a text is in another, from each place on that does not overlap the one before.
std::vector<std::size_t> positions(std::string_view text, std::string_view wanted);

// A text that is there once, or the chosen one of several.
struct Found {
  TextBlock block;
  std::size_t position = 0;
  std::string text;  // what was looked for, as it reads
};
Result<Found> find_text(json::Value& doc, const Edit& edit, const Opaque& originals);

// The blocks of a text, with local ids that `doc` does not have.
Result<json::Array> new_blocks(
    const json::Value& doc, std::string_view text, const Opaque& originals, std::string_view parent
);

std::string excerpt(std::string_view text);
std::string excerpt_of(const json::Value& node);

}  // namespace davit::connectors::atlassian::adf
