#include "async/listener.h"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "async/loop.h"
#include "support/child.h"

namespace davit {
namespace {

TEST(Listener, TakesConnectionsOfItsOwnerOnly) {
  testing::TemporaryDirectory folder;
  auto const path = (folder.path() / "socket").string();
  Loop loop;
  {
    auto const listener = Listener::open(loop.executor(), path);
    ASSERT_TRUE(listener) << listener.error().message();
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    auto const client = connect_unix(path);
    ASSERT_TRUE(client) << client.error().message();
    auto const server = loop.run((*listener)->accept());
    ASSERT_TRUE(server) << server.error().message();
    ASSERT_EQ(::write(client->get(), "x", 1), 1);
    char byte = 0;
    ASSERT_EQ(::read(server->get(), &byte, 1), 1);
    EXPECT_EQ(byte, 'x');
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(connect_unix(path).error().kind(), ErrorKind::not_found);
}

TEST(Listener, ReplacesTheSocketOfADeadOne) {
  testing::TemporaryDirectory folder;
  auto const path = (folder.path() / "socket").string();
  Loop loop;
  auto const first = Listener::open(loop.executor(), path);
  auto const second = Listener::open(loop.executor(), path);
  ASSERT_TRUE(second) << second.error().message();
  auto const client = connect_unix(path);
  EXPECT_TRUE(loop.run((*second)->accept()));
}

TEST(Listener, RefusesAPathThatNoSocketCanHave) {
  Loop loop;
  auto const path = "/tmp/" + std::string(kLongestSocketPath, 'x');
  EXPECT_EQ(Listener::open(loop.executor(), path).error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(connect_unix(path).error().kind(), ErrorKind::invalid_input);
}

}  // namespace
}  // namespace davit
