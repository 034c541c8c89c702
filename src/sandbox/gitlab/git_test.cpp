#include "sandbox/gitlab/git.h"

#include <gtest/gtest.h>

#include "sandbox/gitlab/diff.h"
#include "sandbox/gitlab/sha1.h"

namespace davit::sandbox::gitlab {
namespace {

TEST(Sha1, MatchesTheStandardsExamples) {
  // FIPS 180-4 examples.
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha1_hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1_hex(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}
TEST(Blob, HasTheIdThatGitGivesIt) {
  // printf 'hello\n' | git hash-object --stdin
  EXPECT_EQ(make_blob("hello\n")->id, "ce013625030ba8dba906f756967f9e9ca394464a");
}

Snapshot snapshot(std::initializer_list<std::pair<std::string, std::string>> files) {
  Snapshot all;
  for (auto const& [path, content] : files) all.emplace(path, File{make_blob(content)});
  return all;
}

TEST(Tree, HasTheIdThatGitGivesIt) {
  // git write-tree of a.txt "a\n" and dir/b.txt "b\n"; the id of dir alone.
  auto const files = snapshot({{"a.txt", "a\n"}, {"dir/b.txt", "b\n"}});
  auto const entries = list_tree(files, "", false);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "dir");
  EXPECT_EQ(entries[0].id, "f8f7aefc2900a3d737cea9eee45729fd55761e1a");
  EXPECT_EQ(list_tree(files, "", true).size(), 3u);
  EXPECT_TRUE(list_tree(files, "di", false).empty());
}

TEST(Hunks, LookAsGitPrintsThem) {
  EXPECT_EQ(hunks("a\nb\nc\n", "a\nB\nc\n"), "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
  EXPECT_EQ(hunks("", "x\n"), "@@ -0,0 +1 @@\n+x\n");
  EXPECT_EQ(hunks("x\n", ""), "@@ -1 +0,0 @@\n-x\n");
  EXPECT_EQ(hunks("x", "x\n"), "@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  EXPECT_EQ(hunks("same\n", "same\n"), "");
}
TEST(Hunks, FarChangesAreApartAndNearOnesTogether) {
  std::string before;
  for (char c = 'a'; c <= 't'; ++c) before += std::string(1, c) + "\n";
  auto far = before;
  far[0] = 'A';
  far[2 * 10] = 'K';
  EXPECT_NE(hunks(before, far).find("\n@@ -8,7 +8,7 @@\n"), std::string::npos);
  auto near = before;
  near[0] = 'A';
  near[2 * 6] = 'G';
  EXPECT_EQ(hunks(before, near).find("@@ -1,10 +1,10 @@"), 0u);
}

TEST(DiffSnapshots, KnowsNewDeletedRenamedAndGenerated) {
  auto const long_text = std::string("1\n2\n3\n4\n5\n6\n");
  auto const before = snapshot(
      {{"gone.txt", "only here\n"},
       {"old/name.txt", long_text},
       {"package-lock.json", "{}\n"},
       {"same.txt", "same\n"}}
  );
  auto const after = snapshot(
      {{"added.txt", "fresh\n"},
       {"new/name.txt", long_text + "7\n"},
       {"package-lock.json", "{ }\n"},
       {"same.txt", "same\n"}}
  );
  auto const diffs = diff_snapshots(before, after);
  ASSERT_EQ(diffs.size(), 4u);
  EXPECT_TRUE(diffs[0].is_new);
  EXPECT_TRUE(diffs[1].is_deleted);
  EXPECT_TRUE(diffs[2].is_renamed);
  EXPECT_EQ(diffs[2].old_path, "old/name.txt");
  EXPECT_EQ(diffs[2].additions, 1);
  EXPECT_TRUE(diffs[3].is_generated);
  EXPECT_EQ(
      to_patch(diffs[0]),
      "diff --git a/added.txt b/added.txt\nnew file mode 100644\nindex 0000000000.." +
          make_blob("fresh\n")->id.substr(0, 10) +
          "\n--- /dev/null\n+++ b/added.txt\n@@ -0,0 +1 @@\n+fresh\n"
  );
}
TEST(DiffSnapshots, DoesNotPrintBinaryFiles) {
  auto const diffs = diff_snapshots({}, snapshot({{"a.bin", std::string("\0\1", 2)}}));
  EXPECT_EQ(diffs.at(0).hunks, "Binary files a/a.bin and b/a.bin differ\n");
}

TEST(MergeSnapshots, JoinsWhatDoesNotTouchAndRefusesWhatDoes) {
  auto const base = snapshot({{"f", "1\n2\n3\n4\n5\n"}, {"g", "g\n"}});
  auto const ours = snapshot({{"f", "one\n2\n3\n4\n5\n"}, {"g", "g\n"}});
  auto const theirs = snapshot({{"f", "1\n2\n3\n4\nfive\n"}});
  auto const merged = merge_snapshots(base, ours, theirs);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->at("f").content(), "one\n2\n3\n4\nfive\n");
  EXPECT_FALSE(merged->contains("g"));
  EXPECT_FALSE(merge_snapshots(base, ours, snapshot({{"f", "uno\n2\n3\n4\n5\n"}, {"g", "g\n"}})));
}

TEST(Repository, ResolvesNamesAndFindsWhereHistoriesPart) {
  Repository repository;
  Signature const who{"A", "a@example.com", at("2026-01-01 10:00")};
  auto const first = repository.add_commit({}, "first", who, {});
  auto const left = repository.add_commit({first}, "left", who, snapshot({{"l", "l"}}));
  auto const right = repository.add_commit({first}, "right", who, snapshot({{"r", "r"}}));
  repository.branches["main"] = left;
  repository.tags["v1"] = {.name = "v1", .target = right};
  EXPECT_EQ(repository.resolve("HEAD")->id, left);
  EXPECT_EQ(repository.resolve("v1")->id, right);
  EXPECT_EQ(repository.resolve(first.substr(0, 8))->id, first);
  EXPECT_EQ(repository.resolve("abc"), nullptr);
  EXPECT_EQ(repository.merge_base(*repository.find(left), *repository.find(right))->id, first);
  EXPECT_EQ(repository.log(*repository.find(left), repository.find(right)).size(), 1u);
  EXPECT_EQ(repository.log(*repository.find(left)).front()->id, left);
}

TEST(Time, ReadsWhatClientsWrite) {
  auto const noon = at("2026-11-20 12:00");
  for (auto const* text :
       {"2026-11-20T12:00:00Z",
        "2026-11-20T12:00:00.000Z",
        "2026-11-20T12:00",
        "2026-11-20T14:00:00+02:00",
        "2026-11-20T10:00:00-0200"}) {
    EXPECT_EQ(parse_time(text), noon) << text;
  }
  // The plus sign was not encoded: the zone is lost, as in GitLab.
  EXPECT_EQ(parse_time("2026-11-20T14:00:00 02:00"), at("2026-11-20 14:00"));
  for (auto const* text : {"", "yesterday", "2026-13-01", "2026-11-20T25:00:00Z", "2026-11-20X"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
  EXPECT_EQ(to_text(noon), "2026-11-20T12:00:00.000Z");
  EXPECT_EQ(to_commit_text(noon), "2026-11-20T12:00:00.000+00:00");
  EXPECT_EQ(to_http_date(noon), "Fri, 20 Nov 2026 12:00:00 GMT");
}

}  // namespace
}  // namespace davit::sandbox::gitlab
