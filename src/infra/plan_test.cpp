#include "infra/plan.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "infra/template_file.h"
#include "support/case_file.h"

namespace davit::infra {
namespace {

std::string run(const davit::testing::CaseFile& file) {
  auto const before = parse_template(file.section("before"), "before");
  if (!before) return before.error().message();
  auto const after = parse_template(file.section("after"), "after");
  if (!after) return after.error().message();
  auto const plan = compare(*before, *after);
  std::string out;
  for (auto const& change : plan.changes) {
    out += fmt::format("{} {} {}", name_of(change.kind), change.id, change.type);
    if (!change.because.empty()) out += " because of " + change.because;
    if (change.is_kept) out += " kept";
    out += '\n';
    for (auto const& property : change.properties) {
      out += fmt::format(
          "  {}: '{}' -> '{}'{}{}\n",
          property.path,
          property.before,
          property.after,
          property.replaces ? " replaces" : "",
          property.released ? " released" : ""
      );
    }
  }
  for (auto const& widening : plan.rights) {
    out += fmt::format("right: {} {}\n", widening.id, widening.what);
  }
  for (auto const& widening : plan.network) {
    out += fmt::format("network: {} {}\n", widening.id, widening.what);
  }
  out += plan.has_changes() ? "" : "no changes\n";
  return out;
}

class PlanCase : public ::testing::TestWithParam<std::string> {};
TEST_P(PlanCase, ComparesAsRecorded) {
  davit::testing::expect_case("testdata/plan/" + GetParam() + ".case", run);
}
INSTANTIATE_TEST_SUITE_P(
    Plan,
    PlanCase,
    ::testing::ValuesIn(davit::testing::case_names("testdata/plan")),
    [](const auto& info) { return info.param; }
);

}  // namespace
}  // namespace davit::infra
