#include "manifest/starter.h"

#include <string>

#include <gtest/gtest.h>

#include "config/yaml.h"
#include "json/schema.h"
#include "manifest/node_json.h"
#include "manifest/reader.h"
#include "manifest/schema.h"
#include "support/case_file.h"

namespace davit::manifest {
namespace {

constexpr Target kTargets[] = {
    Target::local, Target::ecs, Target::lambda, Target::hybrid, Target::kubernetes
};
constexpr Callers kCallers[] = {Callers::none, Callers::api_keys, Callers::jwt};

const Strings kConnectors[] = {
    {"gitlab"}, {"gitlab", "atlassian", "dynatrace", "pagerduty", "servicenow"}, {}
};
const Texts kImages[] = {
    {},
    {{"billing", "123456789012.dkr.ecr.us-east-1.amazonaws.com/billing:1.4.2"},
     {"search", "123456789012.dkr.ecr.us-east-1.amazonaws.com/search:2"}},
};
const Strings kEnvironments[] = {{}, {"production"}, {"dev", "staging", "production"}};

void expect_good(const Starter& starter, const json::Schema& schema) {
  auto const text = starter_manifest(starter);
  auto const root = config::parse_yaml(text, "davit.yaml");
  ASSERT_TRUE(root) << root.error().message() << '\n' << text;
  auto const manifests = read_all(*root);
  ASSERT_TRUE(manifests) << manifests.error().message() << '\n' << text;
  auto const errors = schema.validate(to_json(*root));
  EXPECT_TRUE(errors.empty()) << json::to_text(errors) << '\n' << text;
  for (auto const& manifest : *manifests) {
    EXPECT_EQ(manifest.target, starter.target);
    EXPECT_EQ(manifest.servers.size(), starter.connectors.size() + starter.images.size());
    EXPECT_TRUE(manifest.auth.is_given());
  }
}

TEST(Starter, IsGoodForEverybody) {
  auto const schema = json::Schema::compile(json_schema());
  ASSERT_TRUE(schema) << schema.error().message();
  Starter starter;
  for (auto const target : kTargets) {
    for (auto const callers : kCallers) {
      for (auto const& connectors : kConnectors) {
        for (auto const& images : kImages) {
          for (auto const& environments : kEnvironments) {
            for (auto const* domain : {"", "tools.example.org"}) {
              if (connectors.empty() && images.empty()) continue;
              // Nobody would check the keys of an image.
              if (!images.empty() && callers == Callers::api_keys) continue;
              starter.target = target;
              starter.callers = callers;
              starter.connectors = connectors;
              starter.images = images;
              starter.environments = environments;
              starter.domain = domain;
              if (!check(starter).empty()) continue;
              expect_good(starter, *schema);
            }
          }
        }
      }
    }
  }
}

// What is refused is what `davit validate` would refuse, and nothing else; what the text of a good
// one tells of can be written.
TEST(Starter, OffersWhatTheTargetHas) {
  for (auto const target : kTargets) {
    auto const is_local = target == Target::local;
    EXPECT_EQ(check({.target = target, .callers = Callers::jwt}).empty(), !is_local);
    EXPECT_EQ(check({.target = target, .images = kImages[1]}).empty(), !is_local);
    EXPECT_EQ(check({.target = target, .callers = Callers::api_keys}), "");
    auto const text = starter_manifest({.target = target});
    EXPECT_EQ(text.find("jwt") == text.npos, is_local) << text;
  }
  auto const refused = starter_manifest({.callers = Callers::jwt});
  auto const root = config::parse_yaml(refused, "davit.yaml");
  ASSERT_TRUE(root);
  EXPECT_FALSE(read_all(*root));
}

TEST(Starter, LooksAsRecorded) {
  Starter const starter{
      .target = Target::ecs,
      .connectors = {"gitlab", "atlassian"},
      .images = {{"billing", "registry.example.com/billing-mcp:1.4.2"}},
      .callers = Callers::api_keys,
      .environments = {"staging", "production"},
  };
  davit::testing::expect_file("testdata/starter_ecs.yaml", starter_manifest(starter));
  davit::testing::expect_file("testdata/starter_local.yaml", starter_manifest({}));
}

}  // namespace
}  // namespace davit::manifest
