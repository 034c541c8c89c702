#include "secrets/reference.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace davit::secrets {
namespace {

// A folder that goes away with the test.
class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "davit_secrets_XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  SecretReference write(std::string_view text, ::mode_t mode = 0600) const {
    auto const path = path_ + "/secret";
    std::ofstream(path, std::ios::binary) << text;
    ::chmod(path.c_str(), mode);
    return {.scheme = Scheme::file, .target = path};
  }

  std::string path_;
};

std::string problem(std::string_view text) {
  auto const reference = parse_secret_reference(text);
  return reference ? "" : reference.error().message();
}

TEST(Reference, KnowsItsSchemes) {
  for (auto const* text :
       {"env:GITLAB_TOKEN", "file:/run/secrets/x", "secretsmanager:mcp/gitlab#token", "ssm:/mcp/x"
       }) {
    auto const reference = parse_secret_reference(text);
    ASSERT_TRUE(reference) << text;
    EXPECT_EQ(to_string(*reference), text);
  }
  EXPECT_EQ(parse_secret_reference("file:/a:b")->target, "/a:b");
  EXPECT_EQ(parse_secret_reference("secretsmanager:a")->scheme, Scheme::secrets_manager);
}

TEST(Reference, ALiteralIsRefusedAndNotRepeated) {
  for (auto const* text : {"example-token-123", "", "ENV:NAME", "https://example.com", "vault:x"}) {
    EXPECT_EQ(
        problem(text),
        "is not a reference to a secret; write `env:NAME` or `file:PATH`, never the secret itself"
    );
  }
  EXPECT_EQ(problem("env:example-token"), "`env:` is followed by the name of a variable");
  EXPECT_EQ(problem("env:"), "nothing follows `env:`");
}

TEST(Resolve, TakesTheVariable) {
  Environment const environment = {{"TOKEN", "s3cret"}, {"EMPTY", ""}};
  EXPECT_EQ(resolve(*parse_secret_reference("env:TOKEN"), environment)->reveal(), "s3cret");
  auto const missing = resolve(*parse_secret_reference("env:OTHER"), environment);
  EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(missing.error().message(), "env:OTHER: the variable is not set");
  EXPECT_EQ(
      resolve(*parse_secret_reference("env:EMPTY"), environment).error().message(),
      "env:EMPTY: the variable is empty"
  );
}

TEST(Resolve, AwsReferencesSayThatTheyAreNotAvailable) {
  EXPECT_EQ(
      resolve(*parse_secret_reference("ssm:/mcp/token"), {}).error().message(),
      "ssm:/mcp/token: references to AWS are not available in this version; write `env:NAME` or"
      " `file:PATH`"
  );
}

TEST_F(Folder, AFileLosesTheLineBreakAtItsEnd) {
  EXPECT_EQ(resolve(write("s3cret\n"), {})->reveal(), "s3cret");
  EXPECT_EQ(resolve(write("two\nlines\r\n"), {})->reveal(), "two\nlines");
  EXPECT_EQ(resolve(write(" s3cret "), {})->reveal(), " s3cret ");
}

TEST_F(Folder, AFileIsBoundedAndNotEmpty) {
  EXPECT_TRUE(resolve(write(std::string(kMaxSecretBytes, 'x')), {}));
  auto const large = resolve(write(std::string(kMaxSecretBytes + 1, 'x')), {});
  EXPECT_EQ(large.error().message(), "file:" + path_ + "/secret: is larger than 64KB");
  EXPECT_EQ(resolve(write("\n"), {}).error().message(), "file:" + path_ + "/secret: is empty");
}

TEST_F(Folder, OnlyARegularFileThatIsThereIsRead) {
  auto const missing = resolve({.scheme = Scheme::file, .target = path_ + "/none"}, {});
  EXPECT_EQ(missing.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(missing.error().message(), "file:" + path_ + "/none: No such file or directory");
  EXPECT_EQ(
      resolve({.scheme = Scheme::file, .target = path_}, {}).error().message(),
      "file:" + path_ + ": is not a regular file"
  );
  ASSERT_EQ(::mkfifo((path_ + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(
      resolve({.scheme = Scheme::file, .target = path_ + "/pipe"}, {}).error().message(),
      "file:" + path_ + "/pipe: is not a regular file"
  );
}

TEST_F(Folder, AFileThatOthersCanReadIsWorthAWarning) {
  EXPECT_EQ(exposure(write("x", 0640)), "");
  auto const open = write("x", 0644);
  EXPECT_EQ(
      exposure(open),
      "file:" + open.target + " can be read by every user of this machine; chmod o-r " + open.target
  );
  EXPECT_EQ(exposure({.scheme = Scheme::env, .target = "X"}), "");
}

TEST(Environment, IsTheProcessOwn) {
  ::setenv("DAVIT_TEST_VARIABLE", "a=b", 1);
  EXPECT_EQ(process_environment().at("DAVIT_TEST_VARIABLE"), "a=b");
  ::unsetenv("DAVIT_TEST_VARIABLE");
}

}  // namespace
}  // namespace davit::secrets
