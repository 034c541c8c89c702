#include "connectors/atlassian/adf/from_markdown.h"

#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/atlassian/adf/block_builder.h"
#include "connectors/atlassian/adf/node.h"
#include "connectors/atlassian/adf/parse.h"

namespace davit::connectors::atlassian::adf {

Result<json::Array> blocks_from_markdown(
    std::string_view markdown, const Opaque* originals, std::string_view parent
) {
  if (markdown.size() > kMaxMarkdownBytes) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("the Markdown has {} bytes, more than {}", markdown.size(), kMaxMarkdownBytes)
    );
  }
  DAVIT_TRY(auto parsed, parse_markdown(to_utf8(markdown)));
  Conversion conversion;
  conversion.originals = originals;
  conversion.links = &parsed.links;
  auto blocks = build_blocks(conversion, std::move(parsed.root.children), parent);
  if (conversion.error) return *std::move(conversion.error);
  return blocks;
}

Result<json::Value> from_markdown(std::string_view markdown, const Opaque* originals) {
  DAVIT_TRY(auto blocks, blocks_from_markdown(markdown, originals, "doc"));
  return json::Value(json::Object{{"type", "doc"}, {"version", 1}, {"content", std::move(blocks)}});
}

Result<json::Array> inline_from_markdown(std::string_view markdown, const Opaque* originals) {
  DAVIT_TRY(auto blocks, blocks_from_markdown(markdown, originals, "doc"));
  if (blocks.empty()) return json::Array();
  if (blocks.size() > 1 || type_of(blocks[0]) != "paragraph") {
    return Error(ErrorKind::invalid_input, "the text must be one paragraph here");
  }
  auto* content = content_of(blocks[0]);
  return content == nullptr ? json::Array() : std::move(*content);
}

}  // namespace davit::connectors::atlassian::adf
