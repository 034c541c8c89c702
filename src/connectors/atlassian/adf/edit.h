// Edits on the tree of a document: what they do not touch stays equal, key order included.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace davit::connectors::atlassian::adf {

enum class Op { replace_text, replace_section, append, insert_after, set_task, set_cell };

struct Edit {
  Op op = Op::replace_text;
  // replace_text: the text to replace, within one block, as it reads or as Markdown.
  // replace_section: the heading or its path. append: the same, or empty for the whole document.
  // insert_after: text of the block to insert behind. set_task: the task's text, or #3 for the
  // third.
  std::string anchor;
  // Markdown: the new text; for a section what goes below its heading, or, when it begins with a
  // heading of the same level, that too. set_task: the state, DONE or its opposite, or [x] or [ ].
  std::string text;
  std::size_t occurrence =
      0;                  // replace_text, insert_after: which one, from 1; 0: there is only one
  std::size_t table = 1;  // set_cell: which table, from 1
  std::string row;        // set_cell: its number from 1 with the header row, or its first cell
  std::string column;     // set_cell: the text of its header, or its number from 1
};

struct EditReport {
  struct Change {
    std::string before;  // excerpts of Markdown or text, at most about 200 bytes
    std::string after;
  };
  std::vector<Change> changes;  // one for each edit, in their order
};

// All edits in their order, each on what the one before left; markers in `text` are numbered as in
// `doc` before the first. When one fails, `doc` is as it was.
// replace_text keeps the marks that all of the replaced text has, inline comments included.
// Errors, with the number of the edit: not_found for an anchor that is not there, invalid_input for
// one that is there more than once, with the places, and for text that does not fit.
Result<EditReport> apply_edits(json::Value& doc, std::span<const Edit> edits);

}  // namespace davit::connectors::atlassian::adf
