#include "app/files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace davit::app {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string name = ::testing::TempDir() + "davit-files-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(Files, AreWrittenWholeWithTheFoldersAboveThem) {
  ASSERT_TRUE(write_file(path("a/b/c.yaml"), "one"));
  ASSERT_TRUE(write_file(path("a/b/c.yaml"), std::string("t\0o", 3)));
  EXPECT_EQ(*read_file(path("a/b/c.yaml")), std::string("t\0o", 3));
  // No draft is left.
  EXPECT_EQ(std::distance(fs::directory_iterator(path("a/b")), fs::directory_iterator()), 1);
}

TEST_F(Files, ThatCannotBeWrittenAreNamed) {
  ASSERT_TRUE(write_file(path("file"), ""));
  auto const inside = write_file(path("file/x"), "");
  ASSERT_FALSE(inside);
  EXPECT_NE(inside.error().message().find(path("file")), std::string::npos);
  fs::create_directory(path("folder"));
  EXPECT_FALSE(write_file(path("folder"), "x"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

TEST_F(Files, ThatCannotBeReadAreNamed) {
  auto const missing = read_file(path("none"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(missing.error().message(), "reading " + path("none") + ": No such file or directory");
  EXPECT_FALSE(read_file(folder_.string()));
}

TEST_F(Files, HaveAGreatestSize) {
  {
    std::ofstream(path("large"));
  }
  fs::resize_file(path("large"), 16 * 1024 * 1024);
  EXPECT_TRUE(read_file(path("large")));
  fs::resize_file(path("large"), 16 * 1024 * 1024 + 1);
  auto const large = read_file(path("large"));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace davit::app
