// What davit makes of every example, beside its manifest: templates, cost and diagram. A change of
// any of it shows in review. DAVIT_UPDATE=1 rewrites them.
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/yaml.h"
#include "cost/report.h"
#include "infra/build.h"
#include "infra/cloudformation.h"
#include "infra/picture.h"
#include "infra/plan.h"
#include "infra/template_file.h"
#include "infra/yaml_text.h"
#include "manifest/reader.h"
#include "support/case_file.h"

namespace davit::infra {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = "../../examples/manifests";
// A stack that is split is shown by what is in it.
constexpr std::size_t kMaxShown = 4;

std::vector<std::string> names_of_examples() {
  std::vector<std::string> names;
  for (auto const& entry : fs::directory_iterator(kExamples)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// "12 AWS::ECS::Service", by type.
std::string summary_of(const json::Value& body) {
  std::map<std::string, int> counts;
  for (auto const& [id, resource] : *json::find_object(body, "Resources")) {
    ++counts[std::string(json::find_string(resource, "Type").value_or(""))];
  }
  std::string out;
  for (auto const& [type, count] : counts) out += fmt::format("  {} {}\n", count, type);
  return out;
}

using Files = std::map<std::string, std::string>;

void render_templates(const std::vector<Stack>& stacks, Files& files) {
  std::vector<Template> all;
  for (auto const& stack : stacks) {
    for (auto& rendered : to_templates(stack)) all.push_back(std::move(rendered));
  }
  std::string summaries;
  for (auto const& rendered : all) {
    auto const text = to_yaml(rendered.body);
    auto const again = parse_template(text, "again");
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_TRUE(compare(rendered.body, *again).changes.empty());
    // Alarms are read years later: they name what AWS has, and no command of one version of ours.
    EXPECT_EQ(text.find("`davit "), std::string::npos);
    if (all.size() <= kMaxShown) {
      files[rendered.stack_name + ".yaml"] = text;
    } else {
      summaries += fmt::format("{}\n{}", rendered.stack_name, summary_of(rendered.body));
    }
  }
  if (!summaries.empty()) files["stacks.txt"] = summaries;
}

void render_cost(
    const manifest::Manifest& manifest, const std::vector<Stack>& stacks, Files& files
) {
  auto const estimate = cost::estimate(manifest, stacks);
  cost::Dollars low;
  cost::Dollars high;
  for (auto const& line : estimate.lines) {
    EXPECT_EQ(line.amount_low, cost::to_cents(line.amount_low)) << line.what;
    low += line.amount_low;
    high += line.amount_high;
  }
  EXPECT_EQ(low, estimate.low);
  EXPECT_EQ(high, estimate.high);
  files[manifest.stack_name() + ".cost.txt"] = cost::to_text(estimate);
}

Files render(const std::string& name) {
  Files files;
  auto const root = config::read_yaml((kExamples / name / "davit.yaml").string());
  EXPECT_TRUE(root) << root.error().message();
  auto environments = manifest::environments_of(*root);
  if (environments.empty()) environments.emplace_back();
  for (auto const& environment : environments) {
    auto const manifest = manifest::read_manifest(*root, environment);
    EXPECT_TRUE(manifest) << manifest.error().message();
    if (!manifest || (!manifest->on_ecs() && !manifest->on_lambda())) continue;
    auto const stacks = build_stacks(*manifest);
    EXPECT_TRUE(stacks) << stacks.error().message();
    if (!stacks) continue;
    render_templates(*stacks, files);
    render_cost(*manifest, *stacks, files);
    auto const picture = picture_of(*manifest, *stacks);
    files[manifest->stack_name() + ".diagram.md"] =
        fmt::format("```mermaid\n{}```\n", to_mermaid(picture));
  }
  return files;
}

class Example : public ::testing::TestWithParam<std::string> {};
TEST_P(Example, RendersAsRecorded) {
  auto const folder = kExamples / GetParam();
  auto const files = render(GetParam());
  // On a machine of one's own there is nothing to apply.
  EXPECT_EQ(files.empty(), GetParam() == "one-machine");
  std::set<std::string> left;
  for (auto const& entry : fs::directory_iterator(folder)) {
    left.insert(entry.path().filename().string());
  }
  left.erase("davit.yaml");
  for (auto const& [name, text] : files) {
    davit::testing::expect_file((folder / name).string(), text);
    left.erase(name);
  }
  for (auto const& name : left) ADD_FAILURE() << name << " is rendered by nothing any more";
}
INSTANTIATE_TEST_SUITE_P(
    Golden,
    Example,
    ::testing::ValuesIn(names_of_examples()),
    [](const auto& info) {
      auto name = info.param;
      std::ranges::replace(name, '-', '_');
      return name;
    }
);

}  // namespace
}  // namespace davit::infra
