#include <charconv>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "infra/build.h"
#include "infra/cloudformation.h"
#include "infra/template_file.h"
#include "infra/yaml_text.h"
#include "support/case_file.h"

namespace davit::infra {
namespace {

using davit::testing::CaseFile;

json::Value parse_json(const std::string& text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << value.error().message();
  return value ? *value : json::Value();
}

// What is written reads back as what it was.
std::string write(const CaseFile& file) {
  json::Object const body{{"Resources", parse_json(file.section("json"))}};
  auto const text = to_yaml(body);
  auto const back = parse_template(text, "text");
  EXPECT_TRUE(back) << back.error().message();
  if (back) EXPECT_EQ(json::to_text(*back), json::to_text(body));
  return text;
}

class YamlCase : public ::testing::TestWithParam<std::string> {};
TEST_P(YamlCase, IsWrittenAsRecorded) {
  davit::testing::expect_case("testdata/yaml/" + GetParam() + ".case", write);
}
INSTANTIATE_TEST_SUITE_P(
    Yaml,
    YamlCase,
    ::testing::ValuesIn(davit::testing::case_names("testdata/yaml")),
    [](const auto& info) { return info.param; }
);

// YAML in every place where a text can stand, and behind every byte that JSON escapes.
TEST(Yaml, EveryCharacterReadsBack) {
  for (auto c = 1; c < 0x3000; ++c) {
    std::string letter;
    if (c < 0x80) {
      letter = std::string(1, static_cast<char>(c));
    } else if (c < 0x800) {
      letter = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      letter = {
          static_cast<char>(0xE0 | c >> 12),
          static_cast<char>(0x80 | (c >> 6 & 0x3F)),
          static_cast<char>(0x80 | (c & 0x3F))
      };
    }
    json::Object names;
    for (auto const& text :
         {letter, letter + "a", "a" + letter, "a" + letter + "b", "a\n" + letter + "\n"}) {
      names["k" + text] = text;
    }
    json::Object const body{{"Resources", json::Object{{"A", json::Array{names, letter}}}}};
    auto const back = parse_template(to_yaml(body), "text");
    ASSERT_TRUE(back) << c << ": " << back.error().message();
    ASSERT_EQ(json::to_text(*back), json::to_text(body)) << c;
  }
}

TEST(TemplateFile, RefusesWhatAwsWould) {
  EXPECT_EQ(
      parse_template("a: 1\n", "x.yaml").error().message(),
      "x.yaml is no template of CloudFormation: it has no Resources"
  );
  std::string many = "Resources:\n";
  for (auto i = 0; i < 501; ++i) many += "  A" + std::to_string(i) + ": {Type: AWS::SNS::Topic}\n";
  EXPECT_EQ(
      parse_template(many, "x.yaml").error().message(),
      "x.yaml is no template of CloudFormation: it has over 500 resources"
  );
  EXPECT_FALSE(parse_template(std::string(kMaxTemplateBytes + 1, ' '), "x.yaml"));
  EXPECT_FALSE(parse_template("{\"Resources\": ", "x.json"));
  EXPECT_FALSE(parse_template(std::string(5000, '['), "x.yaml"));
}

TEST(TemplateFile, KeepsTheLettersOfNumbers) {
  auto const body =
      parse_template("Resources: {A: [012345678901, 1, -2, 99999999999999999999, !!str 7]}", "x");
  ASSERT_TRUE(body) << body.error().message();
  EXPECT_EQ(
      json::to_text(*body),
      R"({"Resources":{"A":["012345678901",1,-2,"99999999999999999999","7"]}})"
  );
}

TEST(TemplateFile, KnowsWhoseAResourceIs) {
  auto const body = parse_template(
      "Resources:\n"
      "  A: {Type: AWS::SNS::Topic, Properties: {Tags: [{Key: Server, Value: gitlab}]}}\n"
      "  B: {Type: AWS::ApiGatewayV2::Api, Properties: {Tags: {Server: jira}}}\n"
      "  C: {Type: AWS::SNS::Topic}\n",
      "x"
  );
  ASSERT_TRUE(body) << body.error().message();
  auto const stack = stack_of(*body, "mcp");
  EXPECT_EQ(stack.find("A")->server, "gitlab");
  EXPECT_EQ(stack.find("B")->server, "jira");
  EXPECT_EQ(stack.find("C")->server, "");
}

Layer layer_of(std::string_view name) {
  for (auto const layer :
       {Layer::registry, Layer::network, Layer::shared, Layer::edge, Layer::compute}) {
    if (name_of(layer) == name) return layer;
  }
  return Layer::watch;
}

// A stack as a template says it, with layer and server of each resource.
std::string split(const CaseFile& file) {
  auto const body = parse_template(file.section("stack"), "stack");
  if (!body) return body.error().message();
  Stack stack("mcp", "Servers.");
  for (auto const& [id, value] : *json::find_object(*body, "Resources")) {
    auto const* type = find_resource_type(json::find_string(value, "Type").value_or(""));
    auto const* properties = json::find_object(value, "Properties");
    auto& resource = stack.add(
        layer_of(json::find_string(value, "Layer").value_or("")),
        std::string(id),
        *type,
        properties == nullptr ? json::Object() : *properties
    );
    resource.of_server(json::find_string(value, "Server").value_or(""));
    if (auto const other = json::find_string(value, "DependsOn")) resource.needs(*other);
  }
  if (auto const* outputs = json::find_object(*body, "Outputs")) {
    for (auto const& [id, value] : *outputs) stack.add_output(std::string(id), "Text.", value);
  }
  if (auto const* parameters = json::find_object(*body, "Parameters")) {
    for (auto const& [id, value] : *parameters) stack.add_parameter({.id = std::string(id)});
  }
  std::size_t most = kMaxResources;
  auto const limit = file.section("resources in a template");
  std::from_chars(limit.data(), limit.data() + limit.size(), most);
  std::string out;
  for (auto const& one : to_templates(stack, most)) {
    out += "--- " + one.stack_name + (one.needs_capability ? ", makes roles\n" : "\n");
    auto shown = one.body.get_object();
    shown.stable_erase("AWSTemplateFormatVersion");
    shown.stable_erase("Description");
    out += to_yaml(shown);
  }
  return out;
}

class SplitCase : public ::testing::TestWithParam<std::string> {};
TEST_P(SplitCase, IsSplitAsRecorded) {
  davit::testing::expect_case("testdata/split/" + GetParam() + ".case", split);
}
INSTANTIATE_TEST_SUITE_P(
    Split,
    SplitCase,
    ::testing::ValuesIn(davit::testing::case_names("testdata/split")),
    [](const auto& info) { return info.param; }
);

void collect_imports(const json::Value& value, std::set<std::string>& names) {
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) collect_imports(item, names);
  } else if (auto const* object = value.if_object()) {
    for (auto const& [key, inner] : *object) {
      if (key == "Fn::ImportValue") names.emplace(inner.get_string());
      collect_imports(inner, names);
    }
  }
}

manifest::Manifest many_servers(manifest::Target target) {
  manifest::Manifest manifest;
  manifest.name = "mcp";
  manifest.target = target;
  manifest.layout = manifest::Layout::task_per_server;
  manifest.domain = "mcp.example.com";
  manifest.auth.is_none = true;
  manifest.state.store = "valkey";
  for (auto const* name : {"gitlab", "jira", "pager", "snow", "trace"}) {
    auto& server = manifest.servers.emplace_back();
    server.connector.name = name;
    server.connector.connector = "gitlab";
    server.connector.token = "secretsmanager:mcp/x#token";
  }
  return manifest;
}

// Whatever the limit, a template refers to itself and to what those before it export.
TEST(Split, NothingRefersForwardInAWholeDeployment) {
  for (auto const target :
       {manifest::Target::ecs, manifest::Target::lambda, manifest::Target::hybrid}) {
    auto const stacks = build_stacks(many_servers(target));
    ASSERT_TRUE(stacks) << stacks.error().message();
    auto const& stack = stacks->back();
    for (auto const most : {200UL, 60UL, 40UL, 5UL, 1UL}) {
      std::set<std::string> exported;
      std::size_t resources = 0;
      std::set<std::string> outputs;
      for (auto const& one : to_templates(stack, most)) {
        auto const& body = one.body.get_object();
        std::set<std::string> imports;
        collect_imports(one.body, imports);
        for (auto const& name : imports) EXPECT_TRUE(exported.contains(name)) << name;
        auto const* parameters = body.if_contains("Parameters");
        auto const& own = body.at("Resources").get_object();
        resources += own.size();
        for (auto const& reference : references_in(body.at("Resources"))) {
          auto const is_parameter =
              parameters != nullptr && parameters->get_object().contains(reference.id);
          EXPECT_TRUE(own.contains(reference.id) || is_parameter)
              << one.stack_name << " " << reference.id;
        }
        auto const* list = json::find_object(one.body, "Outputs");
        if (list == nullptr) continue;
        for (auto const& [id, output] : *list) {
          if (auto const name = json::find_string(output, "Export.Name")) {
            EXPECT_TRUE(exported.emplace(*name).second) << *name;
          }
          // An output of the stack may be an export, too.
          if (std::ranges::find(stack.outputs(), std::string_view(id), &Output::id) !=
              stack.outputs().end()) {
            EXPECT_TRUE(outputs.emplace(id).second) << id;
          }
        }
      }
      EXPECT_EQ(resources, stack.resources().size());
      EXPECT_EQ(outputs.size(), stack.outputs().size()) << most;
    }
  }
}

// Where each resource is, by the limits of AWS.
std::map<std::string, std::string> homes_of(std::size_t servers) {
  auto manifest = many_servers(manifest::Target::ecs);
  auto const pattern = manifest.servers[0];
  manifest.servers.clear();
  for (std::size_t i = 0; i < servers; ++i) {
    manifest.servers.push_back(pattern);
    manifest.servers.back().connector.name = fmt::format("team-{}", i);
  }
  std::map<std::string, std::string> homes;
  auto const stacks = build_stacks(manifest);
  for (auto const& one : to_templates(stacks->back())) {
    for (auto const& [id, resource] : *json::find_object(one.body, "Resources")) {
      homes[std::string(id)] = one.stack_name;
    }
  }
  return homes;
}

// What has a name cannot be made in one stack before it is gone from the other.
TEST(Split, AServerThatComesMovesNoOther) {
  auto const before = homes_of(39);
  auto const after = homes_of(40);
  ASSERT_GT(after.size(), before.size());
  for (auto const& [id, home] : before) EXPECT_EQ(after.at(id), home) << id;
}

TEST(Split, NamesOfPiecesAreKnown) {
  EXPECT_TRUE(is_piece_of("mcp", "mcp"));
  EXPECT_TRUE(is_piece_of("mcp-network", "mcp"));
  EXPECT_TRUE(is_piece_of("mcp-compute-12", "mcp"));
  for (auto const* other :
       {"mcp-production", "mcp-compute-", "mcp-compute-x", "mc", "mcp2", "mcp-"}) {
    EXPECT_FALSE(is_piece_of(other, "mcp")) << other;
  }
}

TEST(DeployCommand, CanBePasted) {
  Template const rendered{.stack_name = "mcp", .body = {}, .needs_capability = true};
  EXPECT_EQ(
      deploy_command(rendered, "my files/it's.yaml", kMaxInlineBytes, "eu-west-1"),
      "aws cloudformation deploy --region eu-west-1 --stack-name mcp --template-file "
      "'my files/it'\\''s.yaml' --capabilities CAPABILITY_IAM"
  );
  EXPECT_TRUE(
      deploy_command(rendered, "a.yaml", kMaxInlineBytes + 1, "x").ends_with("--s3-bucket BUCKET")
  );
}

}  // namespace
}  // namespace davit::infra
