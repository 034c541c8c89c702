#include "targets/local/variables.h"

#include <gtest/gtest.h>

#include "config/yaml.h"
#include "manifest/reader.h"

namespace davit::local {
namespace {

constexpr auto kManifest = R"(
name: mcp
auth: none
state: {store: "env:REDIS_URL"}
servers:
  gitlab: {connector: gitlab, token: "env:GITLAB_TOKEN"}
  other: {connector: gitlab, token: "file:/nowhere"}
  billing: {command: [billing], transport: http, secrets: {TOKEN: "env:BILLING_TOKEN"}}
)";

std::string missing(const secrets::Environment& environment) {
  auto const root = config::parse_yaml(kManifest, "davit.yaml");
  EXPECT_TRUE(root);
  auto const manifest = manifest::read_manifest(*root, "");
  if (!manifest) return manifest.error().message();
  auto const checked = check_variables(*manifest, environment);
  return checked ? "" : checked.error().message();
}

TEST(Variables, ThatAreNotSetAreNamedWithWhoWantsThem) {
  EXPECT_EQ(missing({{"REDIS_URL", "r"}, {"GITLAB_TOKEN", "t"}, {"BILLING_TOKEN", "b"}}), "");
  EXPECT_EQ(
      missing({{"REDIS_URL", "r"}, {"BILLING_TOKEN", "b"}}),
      "server gitlab: token: env:GITLAB_TOKEN is not set; export it and run `davit up` again"
  );
  EXPECT_EQ(
      missing({{"REDIS_URL", "r"}, {"GITLAB_TOKEN", ""}, {"BILLING_TOKEN", "b"}}),
      "server gitlab: token: env:GITLAB_TOKEN is empty; export it and run `davit up` again"
  );
  EXPECT_EQ(
      missing({{"GITLAB_TOKEN", "t"}}),
      "server billing: secrets.TOKEN: env:BILLING_TOKEN is not set, state.store: env:REDIS_URL is "
      "not set; export them and run `davit up` again"
  );
}

}  // namespace
}  // namespace davit::local
