#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "config/yaml.h"
#include "json/json.h"
#include "manifest/reader.h"
#include "manifest/tables.h"
#include "support/case_file.h"

namespace davit::manifest {
namespace {

// What was given, with its place; the defaults are in docs/manifest.md.
std::string given(
    const Manifest& manifest,
    std::string_view path,
    std::span<const config::Row> rows,
    const void* object
) {
  std::string all;
  config::print_rows(all, 0, path, rows, object, manifest.origins);
  std::string out;
  std::string_view map;
  for (auto const line : split(all, '\n')) {
    auto const is_inner = line.starts_with(' ');
    if (!is_inner) map = line;
    if (line.find("  # from ") == std::string_view::npos) continue;
    if (is_inner && !map.empty()) out += fmt::format("  {}\n", map);
    if (is_inner) map = {};
    out += fmt::format("  {}\n", line);
  }
  return out.empty() ? out : fmt::format("{}:\n{}", path.empty() ? "top" : path, out);
}

std::string show(const Texts& texts, std::string_view key) {
  std::string out;
  for (auto const& [name, value] : texts) out += fmt::format("{}.{}: {}\n", key, name, value);
  return out;
}

std::string show(const Manifest& manifest) {
  auto copy = manifest;
  auto out = fmt::format("== {}\n", manifest.stack_name());
  for (auto const& section : sections()) {
    out += given(manifest, section.key, section.rows, section.member(copy));
  }
  if (manifest.auth.is_none) out += "auth: none\n";
  for (auto const& server : manifest.servers) {
    auto const key = "servers." + server.name();
    out += given(manifest, key, connector_rows(), &server.connector);
    out += given(manifest, key, server_table().rows, &server);
    out += show(server.environment, key + ".environment");
    out += show(server.secrets, key + ".secrets");
  }
  out += show(manifest.tags, "tags");
  if (!manifest.overrides.empty())
    out += fmt::format("overrides: {}\n", json::to_text(manifest.overrides));
  return out;
}

std::string run(const davit::testing::CaseFile& file) {
  auto const root = config::parse_yaml(file.section("davit.yaml"), "davit.yaml");
  if (!root) return root.error().message();
  auto const manifests = read_all(*root);
  if (!manifests) return manifests.error().message();
  std::string out;
  for (auto const& manifest : *manifests) out += show(manifest);
  return out;
}

class Case : public ::testing::TestWithParam<std::string> {};
TEST_P(Case, ReadsAsRecorded) {
  davit::testing::expect_case("testdata/" + GetParam() + ".case", run);
  // Nobody reads a case whose name promises something else.
  auto const file = davit::testing::CaseFile::parse(
      davit::testing::read_text_file("testdata/" + GetParam() + ".case")
  );
  EXPECT_EQ(GetParam().starts_with("good_"), file.section("result").starts_with("== "));
}
INSTANTIATE_TEST_SUITE_P(
    Manifest,
    Case,
    ::testing::ValuesIn(davit::testing::case_names("testdata")),
    [](const auto& info) { return info.param; }
);

config::Node parse(const std::string& text) {
  auto const root = config::parse_yaml(text, "davit.yaml");
  EXPECT_TRUE(root) << root.error().message();
  return *root;
}

constexpr auto kTwoEnvironments =
    "name: mcp\n"
    "servers: {gitlab: {connector: gitlab}}\n"
    "environments:\n"
    "  staging: {scaling: {min: 1}}\n"
    "  production: {scaling: {min: 30}}\n";

TEST(Environment, IsChosenByItsName) {
  auto const root = parse(kTwoEnvironments);
  auto const staging = read_manifest(root, "staging");
  ASSERT_TRUE(staging) << staging.error().message();
  EXPECT_EQ(staging->stack_name(), "mcp-staging");
  EXPECT_EQ(staging->scaling.min, 1);
  EXPECT_EQ(staging->place_of("scaling.min"), "davit.yaml:4");
  auto const whole = read_manifest(root, "");
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->scaling.min, 2);
}

TEST(Environment, IsRefusedWhenItIsNotThere) {
  auto const manifest = read_manifest(parse(kTwoEnvironments), "prod");
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(
      manifest.error().message(),
      "there is no environment `prod` under `environments:`; there are: staging, production"
  );
}

TEST(Environment, SaysNothingOfTheMistakesOfOthers) {
  auto const production = read_manifest(parse(kTwoEnvironments), "production");
  ASSERT_FALSE(production);
  EXPECT_EQ(
      production.error().message(),
      "davit.yaml:5: environments.production.scaling.min: is 30, above `scaling.max`, 10; raise "
      "the "
      "one or lower the other"
  );
}

// Whatever stands in a file, its problems are lines of text.
TEST(Problems, StayOnTheirLines) {
  auto const manifest = read_manifest(
      parse("\"a\\e[2J\\nb\": 1\nname: mcp\nservers: {\"x\\ty\": {connector: c}}\n"), ""
  );
  ASSERT_FALSE(manifest);
  for (auto const line : split(manifest.error().message(), '\n')) {
    EXPECT_TRUE(line.starts_with("davit.yaml:")) << line;
    EXPECT_FALSE(has_control_character(line)) << line;
    EXPECT_EQ(line.find('\t'), std::string_view::npos) << line;
  }
}

}  // namespace
}  // namespace davit::manifest
