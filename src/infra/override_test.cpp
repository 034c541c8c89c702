#include <string>

#include <gtest/gtest.h>

#include "base/strings.h"
#include "config/yaml.h"
#include "infra/build.h"
#include "infra/cloudformation.h"
#include "infra/yaml_text.h"
#include "manifest/reader.h"
#include "support/case_file.h"

namespace davit::infra {
namespace {

// The resources that the section `shows` names, without metadata and tags, or the problems.
std::string run(const davit::testing::CaseFile& file) {
  auto const root = config::parse_yaml(file.section("davit.yaml"), "davit.yaml");
  if (!root) return root.error().message();
  auto const manifest = manifest::read_manifest(*root, "");
  if (!manifest) return manifest.error().message();
  auto const stacks = build_stacks(*manifest);
  if (!stacks) return stacks.error().message();
  json::Object shown;
  auto const ids = file.section("shows");
  for (auto const id : davit::split(ids, '\n')) {
    for (auto const& stack : *stacks) {
      if (auto const* resource = stack.find(id)) shown[id] = resource->properties;
    }
  }
  return to_yaml(shown);
}

class OverrideCase : public ::testing::TestWithParam<std::string> {};
TEST_P(OverrideCase, IsAppliedAsRecorded) {
  davit::testing::expect_case("testdata/overrides/" + GetParam() + ".case", run);
}
INSTANTIATE_TEST_SUITE_P(
    Override,
    OverrideCase,
    ::testing::ValuesIn(davit::testing::case_names("testdata/overrides")),
    [](const auto& info) { return info.param; }
);

}  // namespace
}  // namespace davit::infra
