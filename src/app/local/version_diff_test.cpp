#include "app/local/version_diff.h"

#include <fstream>

#include <gtest/gtest.h>

#include "app/local/scratch.h"
#include "app/local/view_fixture.h"
#include "json/pretty.h"
#include "manifest/reader.h"
#include "support/case_file.h"
#include "support/child.h"

namespace davit::app {
namespace {

namespace fs = std::filesystem;

// Two manifests, each released with a davitd of its own when there is a section for it.
class TwoVersions {
 public:
  VersionDiff diff(const testing::CaseFile& file) {
    VersionDiff diff;
    auto const before = file.section("before");
    auto const old = before.empty() ? VersionSettings() : settings(file, "before");
    if (!before.empty()) diff.serving = "before";
    diff.changes = compare(old, settings(file, "after"));
    if (!before.empty()) diff.up_changes = compare(running_, wanted_);
    return diff;
  }

 private:
  VersionSettings settings(const testing::CaseFile& file, const std::string& name) {
    auto const place = folder_.path() / (name + ".yaml");
    auto const program = folder_.path() / "program";
    std::ofstream(place) << file.section(name);
    std::ofstream(program) << "davitd" << file.section(name + " davitd");
    auto const manifest = manifest::load_all(place.string());
    EXPECT_TRUE(manifest) << manifest.error().message();
    if (!manifest) return {};
    running_ = std::exchange(wanted_, up_settings(manifest->front().local));
    local::VersionOptions const where{.program = program, .folder = folder_.path()};
    auto const version = local::make_version(manifest->front(), name, where);
    EXPECT_TRUE(version) << version.error().message();
    if (!version) return {};
    auto settings = settings_of(*version, folder_.path());
    EXPECT_TRUE(settings) << settings.error().message();
    return settings ? *settings : VersionSettings();
  }

  testing::TemporaryDirectory folder_;
  UpSettings running_;
  UpSettings wanted_;
};

class Diffs : public ::testing::TestWithParam<std::string> {};

TEST_P(Diffs, AreAsTheyWere) {
  testing::expect_case("testdata/diff/" + GetParam() + ".case", [](const testing::CaseFile& file) {
    auto const diff = TwoVersions().diff(file);
    if (file.section("look") == "json\n") return json::pretty(to_json(diff));
    return visible(draw_diff(diff, read_look(file.section("look"))));
  });
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Diffs,
    ::testing::ValuesIn(testing::case_names("testdata/diff")),
    [](const auto& param) { return param.param; }
);

TEST(Scratch, OfSomebodyWhoWasKilledGoesAfterAWhile) {
  namespace fs = std::filesystem;
  testing::TemporaryDirectory folder;
  Scratch const mine(folder.path());
  ASSERT_TRUE(mine.check());
  auto const left = folder.path() / "dry-run-Xa81Qz";
  auto const other = folder.path() / "releases";
  for (auto const& path : {left, other}) {
    fs::create_directories(path / "versions");
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(2));
  }
  remove_old_scratch(folder.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(mine.path()));
}

TEST(Scratch, IsNeverTheCurrentFolder) {
  Scratch const scratch("/nowhere");
  ASSERT_FALSE(scratch.check());
  EXPECT_NE(scratch.check().error().message().find("/nowhere"), std::string::npos);
  EXPECT_EQ(scratch.path().parent_path(), "/nowhere");
}

}  // namespace
}  // namespace davit::app
