#include "targets/local/version.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "config/yaml.h"
#include "json/json.h"
#include "manifest/reader.h"
#include "targets/local/commit.h"
#include "targets/local/files.h"
#include "targets/local/kept_versions.h"

namespace davit::local {
namespace {

namespace fs = std::filesystem;

class Versions : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("davit-version-" + random_id(6));
    fs::create_directories(folder_);
    std::ofstream(folder_ / "program") << "#!/bin/sh\n";
    ::chmod((folder_ / "program").c_str(), 0755);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<Version> make(const std::string& yaml, const std::string& release = "v1") {
    auto const root = config::parse_yaml(yaml, (folder_ / "davit.yaml").string());
    EXPECT_TRUE(root);
    auto const manifest = manifest::read_manifest(*root, "");
    EXPECT_TRUE(manifest) << manifest.error().message();
    if (!manifest) return manifest.error();
    return make_version(*manifest, release, {program_, state()});
  }
  fs::path state() const { return folder_ / "state"; }
  std::string text_of(const fs::path& file) const {
    auto const text = read_file(state() / file, 1 << 20);
    return text ? *text : text.error().message();
  }

  fs::path folder_;
  fs::path program_ = fs::path("/bin/true");
};

constexpr auto kManifest = R"(
name: mcp
auth: {api_keys: ["file:/etc/mcp/keys"]}
local: {tasks: 3, drain: 20s}
state: {store: "env:REDIS_URL"}
servers:
  gitlab: {connector: gitlab, token: "env:GITLAB_TOKEN", access: full, timeout: 5s}
)";
constexpr auto kCommands = R"(
name: mcp
servers:
  billing:
    command: [server, "--port={port}"]
    transport: http
    sessions: stateless
    health: /healthz
    secrets: {TOKEN: "env:BILLING_TOKEN"}
  notes: {command: [notes], transport: http, path: /rpc}
)";

TEST_F(Versions, HaveACopyOfTheProgramAndItsConfiguration) {
  program_ = folder_ / "program";
  auto const version = make(kManifest);
  ASSERT_TRUE(version) << version.error().message();
  ASSERT_EQ(version->services.size(), 1u);
  EXPECT_EQ(version->services[0].tasks, 3);
  EXPECT_EQ(version->services[0].servers, std::vector<std::string>{"gitlab"});

  std::ofstream(program_) << "changed\n";
  EXPECT_EQ(text_of("versions/v1/davitd"), "#!/bin/sh\n");
  EXPECT_EQ(::access((state() / "versions/v1/davitd").c_str(), X_OK), 0);

  EXPECT_EQ(
      text_of("versions/v1/davitd.yaml"),
      "# Written by davit for one version.\n"
      "host: 127.0.0.1\n"
      "merged: true\n"
      "log_level: info\n"
      "session_keys: [\"file:" +
          (state() / "session.keys").string() +
          "\"]\n"
          "timeouts:\n"
          "  drain: 15s\n"
          "  drain_notice: 500ms\n"
          "  call: 7500ms\n"
          "state:\n"
          "  store: \"env:REDIS_URL\"\n"
          "auth:\n"
          "  api_keys: [\"file:/etc/mcp/keys\"]\n"
          "servers:\n"
          "  gitlab:\n"
          "    connector: \"gitlab\"\n"
          "    token: \"env:GITLAB_TOKEN\"\n"
          "    access: full\n"
          "    timeout: 5s\n"
  );
}

TEST_F(Versions, ShareTheKeysOfTheirSessions) {
  ASSERT_TRUE(make(kManifest, "v1"));
  auto const keys = text_of("session.keys");
  EXPECT_EQ(keys.size(), 45u);
  struct stat about{};
  ASSERT_EQ(::stat((state() / "session.keys").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  ASSERT_TRUE(make(kManifest, "v2"));
  EXPECT_EQ(text_of("session.keys"), keys);
  EXPECT_NE(text_of("versions/v2/davitd.yaml").find("session.keys"), std::string::npos);
}

TEST_F(Versions, HaveAServiceForEachCommand) {
  auto const version = make(kCommands);
  ASSERT_TRUE(version) << version.error().message();
  ASSERT_EQ(version->services.size(), 2u);
  auto const& billing = version->services[0];
  EXPECT_EQ(billing.name, "billing");
  EXPECT_EQ(billing.tasks, 2);
  EXPECT_TRUE(billing.is_stateless);
  EXPECT_EQ(billing.health, "/healthz");
  EXPECT_EQ(billing.mcp_path, "/mcp");
  EXPECT_EQ(billing.directory, folder_.string());
  EXPECT_EQ(billing.secrets, (manifest::Texts{{"TOKEN", "env:BILLING_TOKEN"}}));
  auto const& notes = version->services[1];
  EXPECT_EQ(notes.tasks, 1) << "its sessions may be in memory";
  EXPECT_FALSE(notes.is_stateless);
  EXPECT_EQ(notes.health, "");
  EXPECT_EQ(notes.mcp_path, "/rpc");
  EXPECT_FALSE(fs::exists(state() / "versions/v1/davitd")) << "nothing needs it";
}

TEST_F(Versions, AreReadAsTheyWereMade) {
  for (auto const* yaml : {kManifest, kCommands}) {
    fs::remove_all(state());
    auto const made = make(yaml);
    ASSERT_TRUE(made);
    auto const read = read_version(state(), "v1");
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->release, "v1");
    EXPECT_EQ(read->services, made->services);
  }
}

TEST_F(Versions, AreRefusedWithTheReason) {
  program_ = folder_ / "missing";
  auto const missing = make(kManifest);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
  EXPECT_NE(missing.error().message().find("local.program"), std::string::npos);
  ASSERT_FALSE(read_version(state(), "v1")) << "half a version is none";

  program_ = "/bin/true";
  ASSERT_TRUE(make(kManifest)) << "what was left half made is made anew";
  auto const again = make(kManifest);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::conflict);

  EXPECT_EQ(make(kManifest, "../v1").error().kind(), ErrorKind::invalid_input);
  manifest::Manifest images;
  images.servers.emplace_back().image = "x:1";
  images.servers[0].connector.name = "billing";
  images.servers[0].place = "davit.yaml:3";
  auto const image = make_version(images, "v2", {program_, state()});
  ASSERT_FALSE(image);
  EXPECT_TRUE(image.error().message().starts_with("davit.yaml:3: servers.billing: an image"));

  EXPECT_EQ(read_version(state(), "v7").error().kind(), ErrorKind::not_found);
  std::ofstream(state() / "versions/v1/version.json") << "{";
  EXPECT_EQ(read_version(state(), "v1").error().kind(), ErrorKind::protocol);
}

TEST_F(Versions, GoWhenTheyAreOldAndNobodyNeedsThem) {
  auto age = std::chrono::hours(10);
  for (auto const* release : {"v1", "v2", "v3", "v4"}) {
    ASSERT_TRUE(make(kCommands, release));
    fs::last_write_time(
        version_folder(state(), release) / "version.json", fs::file_time_type::clock::now() - age
    );
    age -= std::chrono::hours(1);
  }
  remove_old_versions(state(), {"v1"}, 2);
  for (auto const* kept : {"v1", "v3", "v4"}) EXPECT_TRUE(read_version(state(), kept)) << kept;
  EXPECT_FALSE(fs::exists(version_folder(state(), "v2")));
}

TEST_F(Versions, AreCopiedUnderAnotherName) {
  program_ = folder_ / "program";
  ASSERT_TRUE(make(kManifest));
  ASSERT_TRUE(copy_version(state(), "v1", "v2"));
  auto const first = read_version(state(), "v1");
  auto const second = read_version(state(), "v2");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->release, "v2");
  EXPECT_EQ(second->services, first->services);
  EXPECT_EQ(text_of("versions/v2/davitd"), "#!/bin/sh\n");
  EXPECT_EQ(::access((state() / "versions/v2/davitd").c_str(), X_OK), 0);
  EXPECT_EQ(text_of("versions/v2/davitd.yaml"), text_of("versions/v1/davitd.yaml"));
  EXPECT_EQ(copy_version(state(), "v1", "v2").error().kind(), ErrorKind::conflict);
  EXPECT_EQ(copy_version(state(), "v7", "v3").error().kind(), ErrorKind::not_found);
}

// As with a full disk in the middle of a copy.
TEST_F(Versions, ThatCannotBeCopiedLeaveNothing) {
  ASSERT_TRUE(make(kCommands));
  fs::create_directory(version_folder(state(), "v1") / "no file");
  auto const copied = copy_version(state(), "v1", "v2");
  ASSERT_FALSE(copied);
  EXPECT_FALSE(fs::exists(version_folder(state(), "v2")));
}

TEST_F(Versions, ThatWereBeingMadeWhenWeWereKilledAreNoneAndGo) {
  ASSERT_TRUE(make(kCommands));
  fs::create_directories(version_folder(state(), "half"));
  std::ofstream(version_folder(state(), "half") / "davitd.new") << "half";
  EXPECT_EQ(kept_versions(state()), std::vector<std::string>{"v1"});
  remove_old_versions(state(), {}, 2);
  EXPECT_TRUE(fs::exists(version_folder(state(), "half"))) << "it may be being made";
  auto const foreign = version_folder(state(), "2024");
  fs::create_directories(foreign);
  std::ofstream(foreign / "report.txt") << "somebody's";
  std::ofstream(state() / "versions" / "notes.txt") << "somebody's";
  remove_unfinished_versions(state());
  EXPECT_FALSE(fs::exists(version_folder(state(), "half")));
  EXPECT_TRUE(fs::exists(foreign / "report.txt"));
  EXPECT_TRUE(fs::exists(state() / "versions" / "notes.txt"));
  EXPECT_TRUE(read_version(state(), "v1"));
}

TEST(FillIn, PutsPortsAndFolderInPlace) {
  EXPECT_EQ(
      fill_in("{folder}/x --a={port}:{port} {admin_port} {peer_port} {other}", 1, 2, 3, "/v"),
      "/v/x --a=1:1 2 3 {other}"
  );
}

TEST(Commit, IsThatOfTheRepositoryAround) {
  auto const folder = fs::temp_directory_path() / ("davit-commit-" + random_id(6));
  fs::create_directories(folder / "a/b");
  fs::create_directories(folder / ".git/refs/heads");
  std::string const one(40, '1');
  std::string const two(40, '2');
  std::ofstream(folder / ".git/HEAD") << "ref: refs/heads/main\n";
  std::ofstream(folder / ".git/packed-refs") << "# pack-refs\n" << one << " refs/heads/main\n";
  EXPECT_EQ(commit_of(folder / "a/b"), one);
  std::ofstream(folder / ".git/refs/heads/main") << two << '\n';
  EXPECT_EQ(commit_of(folder), two);
  std::ofstream(folder / ".git/HEAD") << "nonsense\n";
  EXPECT_EQ(commit_of(folder), "");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace davit::local
