#include "app/local/control.h"

#include <map>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/control_error.h"
#include "app/local/state_folder.h"
#include "async/lines.h"
#include "async/listener.h"
#include "async/loop.h"
#include "support/child.h"

namespace davit::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// Answers `count` events and its request; `fail` gets an error, `hang` nothing.
struct Parrot {
  Async<json::Object> answer(json::Object request, Tell tell) {
    auto const verb = std::string(json::find_string(request, "verb").value_or(""));
    if (verb == "fail") co_return Error(ErrorKind::conflict, "ada@build-7 has it");
    if (verb == "hang") {
      is_hanging = true;
      auto const waited = co_await sleep_for(1h);
      was_cancelled = !waited;
      co_return Error(ErrorKind::cancelled, "cancelled");
    }
    for (std::int64_t i = 0; i < json::find_int(request, "count").value_or(0); ++i) {
      json::Object event;
      event["event"] = "count";
      event["number"] = i;
      event["ballast"] = std::string(verb == "flood" ? 64 * 1024 : 0, 'x');
      auto const told = tell(event);
      if (!told) {
        stopped_by = told.error().kind();
        co_return told.error();
      }
    }
    co_return request;
  }

  bool is_hanging = false;
  bool was_cancelled = false;
  std::optional<ErrorKind> stopped_by;
};

class Control : public ::testing::Test {
 protected:
  Control() : path_((folder_.path() / "control.sock").string()) {
    ControlLimits limits;
    limits.request_bytes = 1000;
    limits.queued_bytes = 256 * 1024;
    limits.connections = 3;
    limits.request = 100ms;
    limits.last_words = 100ms;
    Answer answer = [this](json::Object request, Tell tell) {
      return parrot_.answer(std::move(request), std::move(tell));
    };
    server_ = *ControlServer::open(loop_.executor(), path_, answer, log::Logger(), limits);
    scope_.spawn("server", server_->serve());
  }
  ~Control() override {
    EXPECT_TRUE(loop_.run(scope_.stop(Duration::zero())));
    EXPECT_TRUE(loop_.run(server_->stop(Duration::zero())));
  }

  Result<json::Object> ask_for(json::Object request, OnEvent on_event = {}) {
    return loop_.run(ask(loop_.executor(), path_, std::move(request), std::move(on_event), 2s));
  }
  // What comes back for bytes that are no request of ours, until the end.
  std::string converse(std::string_view bytes) {
    auto const socket = connect_unix(path_);
    EXPECT_TRUE(socket);
    EXPECT_EQ(::write(socket->get(), bytes.data(), bytes.size()), std::ssize(bytes));
    LineReader reader(loop_.executor(), socket->get(), 10'000);
    auto const line = loop_.run(with_timeout(reader.read(), 2s));
    if (!line) return "error: " + line.error().message();
    return *line ? (*line)->text : "end";
  }

  testing::TemporaryDirectory folder_;
  std::string path_;
  Loop loop_;
  Parrot parrot_;
  std::unique_ptr<ControlServer> server_;
  TaskScope scope_{loop_.executor(), log::Logger()};
};

TEST_F(Control, TellsEventsAndThenTheResult) {
  std::vector<std::int64_t> numbers;
  auto const result = ask_for({{"verb", "count"}, {"count", 3}}, [&](const json::Object& event) {
    numbers.push_back(*json::find_int(event, "number"));
  });
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(json::find_string(*result, "verb"), "count");
  EXPECT_THAT(numbers, ElementsAre(0, 1, 2));
}

TEST_F(Control, HandsErrorsOverAsTheyAre) {
  auto const result = ask_for({{"verb", "fail"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::conflict);
  EXPECT_EQ(result.error().message(), "ada@build-7 has it");
}

TEST_F(Control, CancelsTheAnswerWhenWhoeverAskedHasGone) {
  {
    auto const socket = connect_unix(path_);
    ASSERT_EQ(::write(socket->get(), "{\"verb\":\"hang\"}\n", 16), 16);
    for (auto i = 0; i < 200 && !parrot_.is_hanging; ++i) {
      ASSERT_TRUE(loop_.run(sleep_for(5ms)));
    }
    ASSERT_TRUE(parrot_.is_hanging);
  }
  for (auto i = 0; i < 200 && !parrot_.was_cancelled; ++i) ASSERT_TRUE(loop_.run(sleep_for(5ms)));
  EXPECT_TRUE(parrot_.was_cancelled);
}

TEST_F(Control, RefusesWhatIsNoRequest) {
  EXPECT_THAT(converse("hello\n"), HasSubstr("invalid_input"));
  EXPECT_THAT(converse("[1]\n"), HasSubstr("no JSON object"));
  EXPECT_THAT(converse(std::string(2000, 'x') + "\n"), HasSubstr("too long"));
  EXPECT_THAT(converse("{\"verb\":"), HasSubstr("timeout")) << "a slow request";
  EXPECT_TRUE(ask_for({{"verb", "count"}})) << "and others are still heard";
}

TEST_F(Control, TakesOnlySoManyAtOnce) {
  std::vector<Result<Descriptor>> idle;
  for (auto i = 0; i < 3; ++i) idle.push_back(connect_unix(path_));
  ASSERT_TRUE(loop_.run(sleep_for(10ms)));
  EXPECT_THAT(converse(""), HasSubstr("3 commands ask the supervisor already"));
  ASSERT_TRUE(loop_.run(sleep_for(300ms)));
  EXPECT_TRUE(ask_for({{"verb", "count"}})) << "the idle ones have timed out";
}

TEST_F(Control, DoesNotKeepWhatNobodyReads) {
  auto const socket = connect_unix(path_);
  std::string_view const request = "{\"verb\":\"flood\",\"count\":100}\n";
  ASSERT_EQ(::write(socket->get(), request.data(), request.size()), std::ssize(request));
  for (auto i = 0; i < 200 && !parrot_.stopped_by; ++i) ASSERT_TRUE(loop_.run(sleep_for(5ms)));
  EXPECT_EQ(parrot_.stopped_by, ErrorKind::rate_limited);
}

TEST(Ask, SaysThatNobodyListens) {
  Loop loop;
  testing::TemporaryDirectory folder;
  auto const path = (folder.path() / "control.sock").string();
  auto const result = loop.run(ask(loop.executor(), path, {}, {}, 1s));
  EXPECT_EQ(result.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(result.error().detail(), kNobodyListens);
}

// It is refused before it has asked, or while it does.
TEST(Ask, HearsWhyItIsRefusedWhoeverIsFaster) {
  constexpr auto kTimes = 200;
  testing::TemporaryDirectory folder;
  auto const path = (folder.path() / "control.sock").string();
  Loop server;
  auto const listener = Listener::open(server.executor(), path);
  ASSERT_TRUE(listener) << listener.error().message();
  std::jthread const refusing([&] {
    std::string_view const full = R"({"error":{"kind":"rate_limited","message":"full"}})"
                                  "\n";
    for (auto i = 0; i < kTimes; ++i) {
      auto const accepted = server.run(with_timeout((*listener)->accept(), 5s));
      if (!accepted) return;
      EXPECT_EQ(::write(accepted->get(), full.data(), full.size()), std::ssize(full));
    }
  });
  Loop loop;
  std::map<std::string, int> heard;
  for (auto i = 0; i < kTimes; ++i) {
    auto const result = loop.run(ask(loop.executor(), path, {{"verb", "status"}}, {}, 5s));
    ++heard[result ? "a result" : result.error().message()];
  }
  EXPECT_THAT(heard, ElementsAre(::testing::Pair("full", kTimes)));
}

TEST(StateFolder, LiesBesideTheManifest) {
  EXPECT_EQ(state_folder("/srv/mcp/davit.yaml", "").root, "/srv/mcp/.davit/local");
  EXPECT_EQ(state_folder("/srv/mcp/davit.yaml", "/var/lib/davit/").root, "/var/lib/davit");
}

TEST(StateFolder, IsItsOwnersAlone) {
  namespace fs = std::filesystem;
  testing::TemporaryDirectory folder;
  StateFolder const state{folder.path() / "state"};
  fs::create_directory(state.root);
  ASSERT_TRUE(make_folders(state)) << "an empty one will do";
  EXPECT_EQ(fs::status(state.root).permissions(), fs::perms::owner_all);
  fs::permissions(state.root, fs::perms(0755));
  ASSERT_TRUE(make_folders(state)) << "it is ours already";
  EXPECT_EQ(fs::status(state.root).permissions(), fs::perms::owner_all);
}

// `--state /tmp` must not close /tmp to everybody else.
TEST(StateFolder, IsNoFolderThatOthersUse) {
  namespace fs = std::filesystem;
  testing::TemporaryDirectory folder;
  StateFolder const home{folder.path() / "home"};
  fs::create_directories(home.root / "work");
  fs::permissions(home.root, fs::perms(0755));
  auto const made = make_folders(home);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::forbidden);
  EXPECT_EQ(fs::status(home.root).permissions(), fs::perms(0755));
  EXPECT_FALSE(fs::exists(home.journals()));
  fs::create_directories(home.journals());
  EXPECT_FALSE(make_folders(home)) << "others have releases, too";

  StateFolder const volume{folder.path() / "volume"};
  fs::create_directories(volume.root / "lost+found");
  fs::permissions(volume.root, fs::perms(0755));
  EXPECT_TRUE(make_folders(volume));
}

TEST(StateFolder, HasItsSocketElsewhereWhenThePathIsTooLong) {
  testing::TemporaryDirectory folder;
  EXPECT_EQ(socket_path({"/srv/state"}, "/run/user/7"), "/srv/state/control.sock");

  StateFolder const deep{folder.path() / std::string(100, 'd')};
  ASSERT_TRUE(make_folders(deep));
  auto const socket = socket_path(deep, folder.path().string());
  EXPECT_EQ(std::filesystem::path(socket).parent_path(), folder.path());
  ASSERT_TRUE(write_pointer(deep, socket));
  EXPECT_EQ(read_pointer(deep), socket);
  EXPECT_THAT(socket_path(deep, "/" + std::string(100, 'r')), ::testing::StartsWith("/tmp/davit-"));

  auto const balancer = balancer_folder(deep, folder.path().string());
  ASSERT_TRUE(balancer) << balancer.error().message();
  EXPECT_EQ(balancer->parent_path(), folder.path());
  EXPECT_EQ(*balancer_folder(deep, folder.path().string()), *balancer) << "the same each time";
  std::filesystem::permissions(*balancer, std::filesystem::perms::all);
  EXPECT_EQ(balancer_folder(deep, folder.path().string()).error().kind(), ErrorKind::forbidden)
      << "others can write there";

  ASSERT_TRUE(write_pointer(deep, (deep.root / "control.sock").string()));
  EXPECT_EQ(read_pointer(deep), (deep.root / "control.sock").string());
}

}  // namespace
}  // namespace davit::app
