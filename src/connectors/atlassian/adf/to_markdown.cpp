#include "connectors/atlassian/adf/to_markdown.h"

#include "connectors/atlassian/adf/atoms.h"
#include "connectors/atlassian/adf/block_writer.h"
#include "connectors/atlassian/adf/node.h"

namespace davit::connectors::atlassian::adf {

std::string to_markdown(
    const json::Array& blocks, std::size_t first, std::size_t count, const Opaque& numbers
) {
  BlockWriter writer(numbers);
  writer.blocks(blocks, first, count, "doc");
  return writer.take();
}

Rendering render(const json::Value& doc) {
  Opaque const numbers(doc);
  auto const* content = content_of(doc);
  if (content == nullptr) return {};
  return {to_markdown(*content, 0, content->size(), numbers), numbers.size()};
}

std::string to_markdown(const json::Value& doc) { return render(doc).text; }

std::string to_plain_text(const json::Value& doc) {
  std::string out;
  append_plain(out, doc);
  return out;
}

}  // namespace davit::connectors::atlassian::adf
