#include "release/lock.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/folder_fixture.h"

namespace davit::release {
namespace {

using ::testing::HasSubstr;

TEST(Lock, TheSecondIsToldWhoHoldsItAndSinceWhen) {
  Folder const folder;
  auto const file = folder.path / "state" / "lock";
  {
    auto const first = Lock::take(file, "ada@build-7, pid 4711");
    ASSERT_TRUE(first) << first.error().message();
    auto const second = Lock::take(file, "bob@laptop, pid 12");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), ErrorKind::conflict);
    EXPECT_THAT(second.error().message(), HasSubstr("ada@build-7, pid 4711 since 20"));
  }
  auto const third = Lock::take(file, "bob");
  ASSERT_TRUE(third) << third.error().message();
  EXPECT_THAT(Lock::take(file, "x").error().message(), HasSubstr("lock is held by bob since"));
  // Not only releases take it.
  EXPECT_EQ(Lock::take(file, "x").error().message().find("release is"), std::string::npos);
}

TEST(Lock, EndsWithAProcessThatIsKilled) {
  Folder const folder;
  auto const file = folder.path / "lock";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  auto const child = ::fork();
  if (child == 0) {
    auto const lock = Lock::take(file, this_holder());
    auto const written = ::write(ready[1], lock ? "y" : "n", 1);
    ::pause();
    ::_exit(written == 1 ? 0 : 1);
  }
  char answer = '?';
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  auto const held = Lock::take(file, "me");
  EXPECT_FALSE(held);
  EXPECT_THAT(held.error().message(), HasSubstr("pid " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(Lock::take(file, "me"));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(Lock, AHolderThatHasNotWrittenItsNameIsNotMadeUp) {
  Folder const folder;
  auto const file = folder.path / "lock";
  auto const lock = Lock::take(file, "ada");
  for (auto const* text : {"", "\xFF\xFE", "half a na"}) {
    write_text(file, text);
    EXPECT_THAT(Lock::take(file, "me").error().message(), HasSubstr("just now"));
  }
}

TEST(Lock, AFileThatCannotBeMadeIsAnError) {
  Folder const folder;
  write_text(folder.path / "file", "");
  EXPECT_EQ(Lock::take(folder.path / "file" / "lock", "me").error().kind(), ErrorKind::unavailable);
}

}  // namespace
}  // namespace davit::release
