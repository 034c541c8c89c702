// The real HAProxy, whose files cannot be written.
#include <fstream>
#include <sstream>

#include "targets/local/haproxy_fixture.h"

namespace davit::local {
namespace {

class HaproxyOnAFullDisk : public Haproxy {
 protected:
  void SetUp() override {
    Haproxy::SetUp();
    if (IsSkipped()) return;
    start(before);
  }
  // As with a full disk: what would be written beside it first cannot be.
  void fill_disk() const {
    for (auto const* name : {"haproxy.cfg.new", "haproxy.json.new"})
      ASSERT_TRUE(std::filesystem::create_directory(options.folder / name));
  }
  void make_room() const {
    for (auto const* name : {"haproxy.cfg.new", "haproxy.json.new"})
      ASSERT_TRUE(std::filesystem::remove(options.folder / name));
  }
  void end() {
    ASSERT_EQ(::kill(-balancer->pid(), SIGKILL), 0);
    ASSERT_TRUE(loop.run(with_timeout(balancer->wait(), 5s)));
  }
  std::string file() const {
    std::ifstream in(options.folder / "haproxy.cfg");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::vector<Backend> before{all({{"one", "blue", one.port(), 1}})};
  std::vector<Backend> after{all({{"one", "blue", one.port(), 0}, {"two", "green", two.port(), 7}})
  };
};

TEST_F(HaproxyOnAFullDisk, IsToldWeights) {
  fill_disk();
  apply(after);
  EXPECT_EQ(body_of(ask("/x")), "two /x");
}

TEST_F(HaproxyOnAFullDisk, BeginsAgainWithTheWeightsOfNow) {
  fill_disk();
  apply(after);
  end();
  auto const old = file();
  start(after);
  EXPECT_EQ(file(), old) << "it was written nevertheless";
  EXPECT_EQ(body_of(ask("/x")), "two /x");
  EXPECT_EQ(look().at("two").weight, 7);
}

TEST_F(HaproxyOnAFullDisk, BeginsAgainWithItsFileWhenThatIsRight) {
  fill_disk();
  end();
  start(before);
  EXPECT_EQ(body_of(ask("/x")), "one /x");
}

TEST_F(HaproxyOnAFullDisk, ReloadsFromMemoryAndIsTakenOver) {
  fill_disk();
  apply(after);
  end();
  start(after);
  auto const pid = balancer->pid();
  for (auto const* path : {"/notes", "/others", "/more", "/last"}) {
    // Who comes next finds it, though nobody could write down its pid.
    balancer = make();
    auto wanted = after;
    wanted.push_back({.name = "notes", .paths = {path}, .tasks = {{"n", "green", one.port(), 1}}});
    start(wanted);
    EXPECT_EQ(balancer->pid(), pid);
    EXPECT_EQ(body_of(ask(path)), std::string("one ") + path);
    EXPECT_EQ(body_of(ask("/x")), "two /x");
  }
  make_room();
  apply(after);
  EXPECT_EQ(balancer->pid(), pid);
  EXPECT_NE(file().find(std::to_string(two.port())), std::string::npos);
}

}  // namespace
}  // namespace davit::local
