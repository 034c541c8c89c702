#include "manifest/schema.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "config/yaml.h"
#include "json/schema.h"
#include "manifest/node_json.h"
#include "manifest/reader.h"
#include "support/case_file.h"

namespace davit::manifest {
namespace {

json::Schema compiled() {
  auto schema = json::Schema::compile(json_schema());
  EXPECT_TRUE(schema) << schema.error().message();
  return *schema;
}

json::Value value_of(const std::string& yaml) {
  auto const root = config::parse_yaml(yaml, "davit.yaml");
  EXPECT_TRUE(root) << root.error().message();
  return to_json(*root);
}

bool is_nested(const json::Value& value) {
  if (auto const* object = value.if_object()) return !object->empty();
  auto const* array = value.if_array();
  return array != nullptr && std::ranges::any_of(*array, is_nested);
}

// Two blanks for each level, for people and for `git diff`; lists of words stay on their line.
void append_pretty(std::string& out, const json::Value& value, std::size_t indent) {
  if (!is_nested(value)) return json::append_text(out, value);
  auto const* object = value.if_object();
  auto const* array = value.if_array();
  auto const inner = indent + 2;
  auto const size = object != nullptr ? object->size() : array->size();
  out += object != nullptr ? "{" : "[";
  for (std::size_t i = 0; i < size; ++i) {
    out += i == 0 ? "\n" : ",\n";
    out.append(inner, ' ');
    if (object == nullptr) {
      append_pretty(out, (*array)[i], inner);
      continue;
    }
    auto const& member = *(object->begin() + static_cast<std::ptrdiff_t>(i));
    append_json_string(out, std::string_view(member.key().data(), member.key().size()));
    out += ": ";
    append_pretty(out, member.value(), inner);
  }
  out += '\n';
  out.append(indent, ' ');
  out += object != nullptr ? '}' : ']';
}

TEST(Schema, AcceptsWhatIsGood) {
  auto const schema = compiled();
  for (auto const& name : davit::testing::case_names("testdata")) {
    if (!name.starts_with("good_")) continue;
    auto const file =
        davit::testing::CaseFile::parse(davit::testing::read_text_file("testdata/" + name + ".case")
        );
    auto const errors = schema.validate(value_of(file.section("davit.yaml")));
    EXPECT_TRUE(errors.empty()) << name << ": " << json::to_text(errors);
  }
}

TEST(Schema, RefusesWhatTheReaderRefuses) {
  auto const schema = compiled();
  for (auto const* bad :
       {"nmae: mcp",
        "{}",
        "name: Mcp",
        "{name: mcp, network: {zone: 3}}",
        "{name: mcp, network: {zones: 4}}",
        "{name: mcp, network: {nat: two}}",
        "{name: mcp, balancer: {idle_timeout: 60}}",
        "{name: mcp, balancer: {health: {intervall: 10s}}}",
        "{name: mcp, auth: open}",
        "{name: mcp, auth: {jwt: {isuer: 'https://x.example'}}}",
        "{name: mcp, traces: xrays}",
        "{name: mcp, servers: {GitLab: {connector: gitlab}}}",
        "{name: mcp, servers: {gitlab: {connector: gitlab, tokn: x}}}",
        "{name: mcp, servers: {gitlab: {connector: gitlab, token: glpat-x}}}",
        "{name: mcp, tags: [a]}",
        "{name: mcp, overrides: {Cluster: 1}}",
        "{name: mcp, scaling: {min: null}}",
        "{name: mcp, environments: {staging: {name: other}}}",
        "{name: mcp, environments: {staging: {environments: {}}}}",
        "{name: mcp, environments: {Staging: {}}}"}) {
    EXPECT_FALSE(schema.accepts(value_of(bad))) << bad;
  }
}

TEST(Schema, LetsAnEnvironmentTakeAValueBack) {
  auto const schema = compiled();
  for (auto const* good :
       {"{name: mcp, environments: {staging: {alerts: {p99: null}, network: {nat: null}}}}",
        "{name: mcp, environments: {staging: {servers: {gitlab: {url: null}}}}}",
        "{name: mcp, environments: {staging: }}"}) {
    auto const errors = schema.validate(value_of(good));
    EXPECT_TRUE(errors.empty()) << good << ": " << json::to_text(errors);
  }
}

TEST(Document, HasTheSchema) {
  std::string text;
  append_pretty(text, json_schema(), 0);
  davit::testing::expect_file("../../docs/manifest.schema.json", text + '\n');
}

constexpr auto kDocument = "../../docs/manifest.md";
constexpr std::string_view kGenerated =
    "<!-- Written by manifest_test from here on: DAVIT_UPDATE=1 brings it up to date. -->\n";

// The examples of the introduction.
TEST(Document, HasExamplesThatAreGood) {
  auto const file = davit::testing::read_text_file(kDocument);
  std::string_view const text = file;
  auto count = 0;
  for (auto at = text.find("```yaml\n"); at != text.npos; at = text.find("```yaml\n", at)) {
    at += 8;
    auto const yaml = std::string(text.substr(at, text.find("```", at) - at));
    at += yaml.size() + 3;
    auto const root = config::parse_yaml(yaml, "davit.yaml");
    ASSERT_TRUE(root) << root.error().message();
    auto const manifests = read_all(*root);
    EXPECT_TRUE(manifests) << manifests.error().message();
    ++count;
  }
  EXPECT_EQ(count, 2);
}

TEST(Document, ListsEveryKey) {
  auto const text = davit::testing::read_text_file(kDocument);
  auto const introduction = text.substr(0, text.find(kGenerated));
  davit::testing::expect_file(
      kDocument, fmt::format("{}{}\n{}", introduction, kGenerated, describe_manifest())
  );
}

}  // namespace
}  // namespace davit::manifest
