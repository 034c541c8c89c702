#include "connectors/atlassian/adf/edit.h"

#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/edit_parts.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {
namespace {

EditFunction function_of(Op op) {
  switch (op) {
    case Op::replace_text: return replace_text;
    case Op::replace_section: return replace_section;
    case Op::append: return append;
    case Op::insert_after: return insert_after;
    case Op::set_task: return set_task;
    case Op::set_cell: return set_cell;
  }
  return replace_text;
}

}  // namespace

Result<EditReport> apply_edits(json::Value& doc, std::span<const Edit> edits) {
  if (content_of(doc) == nullptr) return Error(ErrorKind::invalid_input, "not a document");
  Opaque const originals(doc);
  auto changed = doc;
  EditReport report;
  for (auto const& edit : edits) {
    auto change = function_of(edit.op)(changed, edit, originals);
    if (!change) {
      return std::move(change).error().while_doing(
          fmt::format("edit {} of {}", report.changes.size() + 1, edits.size())
      );
    }
    report.changes.push_back(*std::move(change));
  }
  doc = std::move(changed);
  return report;
}

}  // namespace davit::connectors::atlassian::adf
