// The input is Markdown, and JSON. As Markdown it makes a document that obeys the rules of ADF, and
// whose own Markdown makes the same document; as JSON, whatever it is, it is written as Markdown,
// outlined and compared without a crash.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/from_markdown.h"
#include "connectors/atlassian/adf/outline.h"
#include "connectors/atlassian/adf/to_markdown.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace davit;
  using namespace davit::connectors::atlassian;
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  if (auto const doc = adf::from_markdown(text)) {
    require(adf::check(*doc).has_value());
    auto const again = adf::from_markdown(adf::to_markdown(*doc));
    require(again && *again == *doc);
  }
  auto const value = json::parse(text);
  if (!value) return 0;
  auto const rendering = adf::render(*value);
  adf::Opaque const originals(*value);
  require(originals.size() == rendering.opaque || rendering.text.empty());
  if (auto const doc = adf::from_markdown(rendering.text, &originals)) {
    require(!adf::to_markdown(*doc).empty() || rendering.text.empty() || doc->is_object());
  }
  require(adf::losses(*value, *value).empty());
  (void)adf::outline(*value);
  (void)adf::to_plain_text(*value);
  return 0;
}
