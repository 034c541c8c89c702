// The operations on whole blocks: replace_section, append, insert_after.
#include <utility>

#include <fmt/format.h>

#include "connectors/atlassian/adf/edit_parts.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/outline.h"
#include "connectors/atlassian/adf/rules.h"
#include "connectors/atlassian/adf/to_markdown.h"

namespace davit::connectors::atlassian::adf {
namespace {

struct Holder {
  json::Value* node;
  std::size_t index;
};

// The node that holds the section's blocks, and where its heading is among them.
Holder holder_of(json::Value& doc, const std::vector<std::size_t>& place) {
  auto* node = &doc;
  for (std::size_t i = 0; i + 1 < place.size(); ++i) node = &(*content_of(*node))[place[i]];
  return {node, place.back()};
}

std::string markdown_of(const json::Array& blocks, std::size_t first, std::size_t count) {
  json::Array some(
      blocks.begin() + std::ptrdiff_t(first), blocks.begin() + std::ptrdiff_t(first + count)
  );
  return excerpt(to_markdown(make_node("doc", std::move(some))));
}

void insert(json::Array& into, std::size_t at, json::Array blocks) {
  for (auto& block : blocks) into.insert(into.begin() + std::ptrdiff_t(at++), std::move(block));
}

Result<Change> insert_at(
    json::Value& doc,
    json::Value& holder,
    std::size_t index,
    const Edit& edit,
    const Opaque& originals
) {
  DAVIT_TRY(auto blocks, new_blocks(doc, edit.text, originals, type_of(holder)));
  if (blocks.empty()) return Error(ErrorKind::invalid_input, "the text is empty");
  auto const count = blocks.size();
  auto& content = *content_of(holder);
  Change change;
  if (index > 0) change.before = excerpt_of(content[index - 1]);
  insert(content, index, std::move(blocks));
  change.after = markdown_of(content, index, count);
  return change;
}

}  // namespace

Result<Change> replace_section(json::Value& doc, const Edit& edit, const Opaque& originals) {
  DAVIT_TRY(auto const section, find_section(doc, edit.anchor));
  auto const holder = holder_of(doc, section.place);
  auto& content = *content_of(*holder.node);
  Change change{markdown_of(content, holder.index, section.count), ""};
  auto const heading = content.begin() + std::ptrdiff_t(holder.index);
  // The old tasks are taken out first, so that their ids are free for those that stay.
  json::Value const title = *heading;
  content.erase(heading, heading + std::ptrdiff_t(section.count));
  DAVIT_TRY(auto blocks, new_blocks(doc, edit.text, originals, type_of(*holder.node)));
  auto const brings_heading = !blocks.empty() && type_of(blocks[0]) == "heading" &&
                              json::find_int(blocks[0], "attrs.level") == section.level;
  if (!brings_heading) blocks.insert(blocks.begin(), title);
  auto const count = blocks.size();
  insert(content, holder.index, std::move(blocks));
  change.after = markdown_of(content, holder.index, count);
  return change;
}

Result<Change> append(json::Value& doc, const Edit& edit, const Opaque& originals) {
  if (edit.anchor.empty()) return insert_at(doc, doc, content_of(doc)->size(), edit, originals);
  DAVIT_TRY(auto const section, find_section(doc, edit.anchor));
  auto const holder = holder_of(doc, section.place);
  return insert_at(doc, *holder.node, holder.index + section.count, edit, originals);
}

Result<Change> insert_after(json::Value& doc, const Edit& edit, const Opaque& originals) {
  DAVIT_TRY(auto const found, find_text(doc, edit, originals));
  // Behind the whole list, table or panel that the text stands in.
  auto const& above = found.block.above;
  for (auto i = above.size(); i-- > 0;) {
    if (!is_word_in("doc layoutColumn bodiedExtension expand", type_of(*above[i]))) continue;
    return insert_at(doc, *above[i], found.block.place[i] + 1, edit, originals);
  }
  return insert_at(doc, doc, found.block.place[0] + 1, edit, originals);
}

}  // namespace davit::connectors::atlassian::adf
