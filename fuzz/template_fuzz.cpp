// The input is two templates with a line `---` between them. Whatever they are, they are read or
// refused, and compared without end or crash; a template compared with itself has no changes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "infra/plan.h"
#include "infra/template_file.h"
#include "infra/yaml_text.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace davit;
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  auto const middle = text.find("\n---\n");
  auto const before = infra::parse_template(text.substr(0, middle), "before");
  if (!before) return 0;
  require(infra::compare(*before, *before).changes.empty());
  auto const again = infra::parse_template(infra::to_yaml(*before), "again");
  if (again) require(infra::compare(*before, *again).changes.empty());
  if (middle == std::string_view::npos) return 0;
  auto const after = infra::parse_template(text.substr(middle + 5), "after");
  if (!after) return 0;
  auto const plan = infra::compare(*before, *after);
  require(!infra::to_json(plan).is_null());
  return 0;
}
