#include "release/hooks.h"

#include <csignal>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "json/json.h"
#include "release/folder_fixture.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Answers every request with one status, and remembers it.
class FakeClient final : public http::Client {
 public:
  Async<http::ClientResponse> send(http::ClientRequest request) override {
    requests.push_back(std::move(request));
    if (status == 0) co_return Error(ErrorKind::unavailable, "connection refused");
    http::ClientResponse response;
    response.status = status;
    response.body = body;
    co_return response;
  }
  int status = 204;
  std::string body;
  std::vector<http::ClientRequest> requests;
};

// A process that has ended may wait for its parent to ask how.
bool is_running(const std::string& pid) {
  auto const about = text_of("/proc/" + std::to_string(std::stoi(pid)) + "/stat");
  return !about.empty() && about.find(") Z ") == std::string::npos;
}

class Hooks : public ::testing::Test {
 protected:
  Hooks() {
    state_.plan.release = "green-2";
    state_.plan.previous = "blue-1";
    state_.stage = rollout::Stage::shifting;
    state_.step = 1;
    state_.weight = 10;
    state_.reason = "why";
  }
  Result<> run(std::vector<Hook> hooks) {
    return loop_.run(
        run_hooks(loop_.executor(), &client_, std::move(hooks), Hook::When::pre_step, state_)
    );
  }
  static Hook shell(const std::string& script, Hook::When when = Hook::When::pre_step) {
    return {when, {"sh", "-c", script}, "", 60s};
  }

  Loop loop_;
  FakeClient client_;
  rollout::State state_;
  Folder folder_;
};

TEST_F(Hooks, NamesComeBack) {
  for (auto const* name :
       {"pre-deploy",
        "pre-traffic",
        "pre-step",
        "confirm-promotion",
        "post-deploy",
        "rollback",
        "event"}) {
    auto const when = parse_hook_name(name);
    ASSERT_TRUE(when) << name;
    EXPECT_EQ(to_string(*when), name);
  }
  EXPECT_FALSE(parse_hook_name("pre_deploy"));
}

TEST_F(Hooks, AProgramHasTheFactsInItsEnvironmentAndNoInput) {
  auto const file = (folder_.path / "out").string();
  auto const done = run({shell(
      "cat; echo $DAVIT_HOOK $DAVIT_RELEASE $DAVIT_PREVIOUS $DAVIT_STAGE $DAVIT_STEP "
      "$DAVIT_WEIGHT $DAVIT_REASON > " +
      file
  )});
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(text_of(file), "pre-step green-2 blue-1 shifting 2 10 why\n");
}

TEST_F(Hooks, TheFirstThatFailsEndsThemWithItsLastWords) {
  auto const file = (folder_.path / "out").string();
  auto const failed = run(
      {shell("exit 9", Hook::When::pre_deploy),
       shell("true"),
       shell("echo starting; echo the database is not migrated >&2; exit 3"),
       shell("echo later > " + file)}
  );
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("the hook pre-step (sh)"));
  EXPECT_THAT(failed.error().message(), HasSubstr("exit code 3"));
  EXPECT_THAT(failed.error().detail(), HasSubstr("starting\n"));
  EXPECT_THAT(failed.error().detail(), HasSubstr("the database is not migrated\n"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Hooks, OfALotOfOutputTheEndIsKept) {
  auto const failed = run({shell("seq 1 100000; exit 1")});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("100000"));
  EXPECT_LE(failed.error().detail().size(), 4096);
  EXPECT_THAT(failed.error().detail(), HasSubstr("\n99999\n100000\n"));
}

TEST_F(Hooks, AProgramThatHangsIsEndedWithAllThatItStarted) {
  auto const file = (folder_.path / "pid").string();
  auto hook = shell("sleep 100 & echo $! > " + file + "; echo waiting; wait");
  hook.timeout = 1s;  // the shell has to get so far in it, on a machine that is busy
  auto const failed = run({hook});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::timeout);
  EXPECT_THAT(failed.error().message(), HasSubstr("1000 ms, and said: waiting"));
  EXPECT_FALSE(is_running(text_of(file)));
}

TEST_F(Hooks, AProcessThatHoldsThePipesDoesNotHoldTheRelease) {
  auto const file = (folder_.path / "pid").string();
  auto const before = std::chrono::steady_clock::now();
  EXPECT_TRUE(run({shell(
      "setsid sh -c 'echo $$ > " + file + "; exec sleep 60' & until [ -s " + file +
      " ]; do sleep 0.01; done"
  )}));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  ::kill(std::stoi(text_of(file)), SIGKILL);
}

TEST_F(Hooks, AProgramThatIsNotThereIsNamed) {
  auto const failed = run({{Hook::When::pre_step, {"./no-such-hook"}, "", 1s}});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("./no-such-hook"));
  EXPECT_FALSE(run({{Hook::When::pre_step, {}, "", 1s}}));
}

TEST_F(Hooks, CancellingEndsTheProgram) {
  auto const file = (folder_.path / "pid").string();
  TaskScope scope(loop_.executor(), log::Logger());
  auto hooks = std::vector{shell("echo $$ > " + file + "; exec sleep 100")};
  auto task = scope.spawn(
      "hooks", run_hooks(loop_.executor(), &client_, std::move(hooks), Hook::When::pre_step, state_)
  );
  for (int n = 0; n < 5000 && text_of(file).empty(); ++n) EXPECT_TRUE(loop_.run(sleep_for(2ms)));
  task.cancel();
  ASSERT_TRUE(loop_.run(with_timeout(scope.join(), 10s)));
  EXPECT_FALSE(is_running(text_of(file)));
}

TEST_F(Hooks, AUrlGetsTheFactsAsJson) {
  ASSERT_TRUE(run({{Hook::When::pre_step, {}, "https://hooks.example/x?token=s3cret", 5s}}));
  ASSERT_EQ(client_.requests.size(), 1);
  auto const& request = client_.requests[0];
  EXPECT_EQ(request.method, http::Method::post);
  EXPECT_EQ(request.timeout, 5s);
  EXPECT_EQ(request.headers.get("content-type"), "application/json");
  EXPECT_EQ(
      request.body,
      R"({"hook":"pre-step","release":"green-2","previous":"blue-1","stage":"shifting","step":2,)"
      R"("weight":10,"reason":"why"})"
  );
}

TEST_F(Hooks, OnlyTwoHundredsPass) {
  for (auto const status : {0, 199, 302, 404, 500}) {
    client_.status = status;
    client_.body = "not on fridays\n";
    auto const failed =
        run({{Hook::When::pre_step, {}, "https://hooks.example/x?token=s3cret", 5s}});
    ASSERT_FALSE(failed) << status;
    EXPECT_THAT(failed.error().message(), HasSubstr("(https://hooks.example)"));
    EXPECT_THAT(failed.error().message(), HasSubstr(status == 0 ? "refused" : "not on fridays"));
  }
}

TEST_F(Hooks, OfAUrlOnlyTheHostIsTold) {
  client_.status = 500;
  for (auto const* const rest :
       {"/services/T0/B0/s3cret", "?s3cret", "#s3cret", "/x?token=s3cret", "/@s3cret/", ""}) {
    for (auto const* const user : {"", "ada:s3cret@", "s3cret@x:s3cret@"}) {
      auto const url = std::string("https://") + user + "hooks.example:8443" + rest;
      auto const failed = run({{Hook::When::pre_step, {}, url, 5s}});
      ASSERT_FALSE(failed);
      auto const& said = failed.error().message();
      EXPECT_THAT(said, HasSubstr("(https://hooks.example:8443)"));
      EXPECT_EQ(said.find("s3cret"), std::string::npos) << said;
    }
  }
}

}  // namespace
}  // namespace davit::release
