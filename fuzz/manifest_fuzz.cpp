// The input is a manifest. Whatever it is, it is read or refused with places; what it renders to is
// YAML that reads back as the same template, and a plan between the two has nothing to do.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/yaml.h"
#include "infra/build.h"
#include "infra/cloudformation.h"
#include "infra/picture.h"
#include "infra/plan.h"
#include "infra/template_file.h"
#include "infra/yaml_text.h"
#include "manifest/reader.h"

namespace {

using namespace davit;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_stack(const infra::Stack& stack) {
  for (auto const& rendered : infra::to_templates(stack)) {
    auto const text = infra::to_yaml(rendered.body);
    auto const again = infra::parse_template(text, "again");
    require(again.has_value());
    require(infra::compare(rendered.body, *again).changes.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const root = config::parse_yaml({reinterpret_cast<const char*>(data), size}, "f");
  if (!root) return 0;
  auto names = manifest::environments_of(*root);
  names.emplace_back();
  for (auto const& name : names) {
    auto const manifest = manifest::read_manifest(*root, name);
    if (!manifest) {
      require(!manifest.error().message().empty());
      continue;
    }
    auto const stacks = infra::build_stacks(*manifest);
    if (!stacks) {
      require(!stacks.error().message().empty());
      continue;
    }
    for (auto const& stack : *stacks) check_stack(stack);
    require(!infra::to_dot(infra::picture_of(*manifest, *stacks)).empty());
    // One environment that renders says enough, and the next may be as large.
    break;
  }
  return 0;
}
