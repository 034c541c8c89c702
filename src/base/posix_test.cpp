#include "base/posix.h"

#include <fcntl.h>

#include <gtest/gtest.h>

namespace davit {
namespace {

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

TEST(Descriptor, IsClosedOnceByItsLastOwner) {
  auto number = -1;
  {
    Descriptor second;
    {
      Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      ASSERT_TRUE(first);
      number = first.get();
      second = std::move(first);
    }
    EXPECT_EQ(second.get(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, IsNoneAfterAReset) {
  Descriptor descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  auto const number = descriptor.get();
  descriptor.reset();
  EXPECT_FALSE(descriptor);
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(Descriptor(-1));
}

TEST(FileError, SaysWhatFailedAndWhy) {
  auto const error = file_error("read", "/no/such", ENOENT);
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_EQ(error.message(), "cannot read /no/such: No such file or directory");
  EXPECT_EQ(file_error("read", "/x", EACCES).kind(), ErrorKind::unavailable);
}

TEST(Errno, HasAKind) {
  EXPECT_EQ(kind_of_errno(ENOTDIR), ErrorKind::not_found);
  EXPECT_EQ(kind_of_errno(EPERM), ErrorKind::forbidden);
  EXPECT_EQ(kind_of_errno(EMFILE), ErrorKind::unavailable);
}

TEST(PointersTo, EndWithANull) {
  std::vector<std::string> texts{"ls", "-l"};
  auto const pointers = pointers_to(texts);
  ASSERT_EQ(pointers.size(), 3U);
  EXPECT_STREQ(pointers[1], "-l");
  EXPECT_EQ(pointers[2], nullptr);
}

}  // namespace
}  // namespace davit
