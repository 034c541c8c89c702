#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/files.h"
#include "app/saved_templates.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kTemplate = "Resources: {A: {Type: AWS::SNS::Topic}}\n";

class Saved : public ::testing::Test {
 protected:
  Saved() {
    std::string name = ::testing::TempDir() + "davit-saved-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    manifest_.name = "mcp";
  }
  ~Saved() override { fs::remove_all(folder_); }

  std::string save(const std::string& name, std::string_view text = kTemplate) const {
    auto const path = (folder_ / name).string();
    EXPECT_TRUE(write_file(path, text));
    return path;
  }

  // Each stack with what there is of it.
  std::vector<std::string> pair(
      const std::string& against, const std::vector<std::string>& stacks
  ) {
    std::vector<infra::Template> rendered;
    for (auto const& stack : stacks) {
      rendered.push_back({.stack_name = stack, .body = json::Object{{"Resources", json::Object{}}}}
      );
    }
    auto const versions = pair_with_saved(against, manifest_, std::move(rendered));
    if (!versions) return {versions.error().message()};
    std::vector<std::string> out;
    for (auto const& [stack, before, after] : *versions) {
      out.push_back(stack + (before.is_null() ? " new" : "") + (after.is_null() ? " gone" : ""));
    }
    return out;
  }

  fs::path folder_;
  manifest::Manifest manifest_;
};

TEST_F(Saved, OfAFolderArePairedByName) {
  save("mcp.json", R"({"Resources": {}})");
  save("mcp-registry.yaml");
  save("mcp-production.yaml");
  save("notes.txt");
  EXPECT_THAT(pair(folder_.string(), {"mcp"}), ElementsAre("mcp", "mcp-registry gone"));
  EXPECT_THAT(pair(folder_.string(), {"mcp-registry", "mcp"}), ElementsAre("mcp-registry", "mcp"));
  EXPECT_THAT(
      pair(folder_.string(), {"other"}), ElementsAre("other new", "mcp gone", "mcp-registry gone")
  );
}

TEST_F(Saved, PiecesThatAreNoLongerRenderedAreGone) {
  manifest_.environment = "production";
  save("mcp-production-network.yaml");
  save("mcp-production-compute-2.yaml");
  // Others may have these.
  save("mcp-registry.yaml");
  save("mcp-staging.yaml");
  EXPECT_THAT(
      pair(folder_.string(), {"mcp-production"}),
      ElementsAre(
          "mcp-production new", "mcp-production-compute-2 gone", "mcp-production-network gone"
      )
  );
}

TEST_F(Saved, OneTemplateStandsForTheStackOfItsName) {
  auto const file = save("mcp.yaml");
  auto const other = save("live.yaml");
  EXPECT_THAT(pair(file, {"mcp-registry", "mcp"}), ElementsAre("mcp"));
  EXPECT_THAT(pair(other, {"mcp"}), ElementsAre("mcp"));
  EXPECT_THAT(
      pair(other, {"mcp-registry", "mcp"}), ElementsAre(HasSubstr("there are several stacks"))
  );
  EXPECT_THAT(pair((folder_ / "none").string(), {"mcp"}), ElementsAre(HasSubstr("No such file")));
  EXPECT_THAT(pair(save("bad.yaml", "a: 1"), {"mcp"}), ElementsAre(HasSubstr("no Resources")));
}

TEST_F(Saved, InAnotherFormatAreForgotten) {
  save("mcp.yaml");
  auto const kept = save("mcp.json");
  save("other.yaml");
  forget_others(folder_.string(), "mcp", kept);
  EXPECT_FALSE(fs::exists(folder_ / "mcp.yaml"));
  EXPECT_TRUE(fs::exists(folder_ / "mcp.json"));
  EXPECT_TRUE(fs::exists(folder_ / "other.yaml"));
}

}  // namespace
}  // namespace davit::app
