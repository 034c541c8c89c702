// An operator with a target that does at once what it is told, for tests.
#pragma once

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/local/operator.h"
#include "async/loop.h"
#include "release/folder_fixture.h"
#include "targets/local/files.h"

namespace davit::app {

using rollout::Stage;
using ::testing::Contains;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class QuickTarget final : public release::Target {
 public:
  Async<> start(std::string, int) override { co_return co_await sleep_for(5ms); }
  Async<> trim(std::string, int) override { co_return co_await sleep_for(60ms); }
  Async<> shift(std::string, std::string, int) override { co_return Result<>(); }
  Async<std::vector<release::Endpoint>> endpoints(std::string) override {
    co_return std::vector<release::Endpoint>(1);
  }
  Async<release::Measured> measure(std::string) override { co_return release::Measured(); }
  Async<json::Object> evidence(std::string) override { co_return json::Object(); }
};

inline Async<release::GateReport> pass(Executor, http::Client*, release::GateOptions, log::Logger) {
  release::GateReport report;
  report.checks.push_back({.server = "gitlab", .name = "health"});
  co_return report;
}

inline Async<release::GateReport> refuse(
    Executor, http::Client*, release::GateOptions, log::Logger
) {
  release::GateReport report;
  release::Check check{.server = "gitlab", .name = "health"};
  check.outcome = release::Check::Outcome::failed;
  report.checks.push_back(std::move(check));
  co_return report;
}

inline Async<local::Status> status() {
  local::Status status{.port = 8080, .balancer_pid = 4711, .serving = "old"};
  status.tasks.push_back(
      {.record = {.id = "davitd-1", .release = "old", .service = "davitd", .ports = {4001, 0, 0}},
       .state = "healthy"}
  );
  co_return status;
}

inline Async<> scale(std::string service, int) {
  if (service == "nobody") co_return Error(ErrorKind::not_found, "there is no such service");
  co_return Result<>();
}

class OperatorTest : public ::testing::Test {
 protected:
  OperatorTest()
      : client_(http::make_curl_client(loop_.executor(), {})),
        folder_{directory_.path},
        releases_(
            {loop_.executor(),
             &clock_,
             &target_,
             client_.get(),
             log::Logger(),
             folder_.journals(),
             {}}
        ) {
    EXPECT_TRUE(make_folders(folder_));
    Operator::Parts parts{.executor = loop_.executor(), .clock = &clock_, .releases = &releases_};
    parts.folder = folder_;
    parts.status = &status;
    parts.scale = &scale;
    parts.stop = [this](std::string by) {
      stopped_by_ = std::move(by);
      if (ends_at_once_) operator_->ended();
    };
    operator_.emplace(std::move(parts));
  }
  ~OperatorTest() override {
    EXPECT_TRUE(loop_.run(operator_->stop()));
    EXPECT_TRUE(loop_.run(releases_.stop()));
  }

  Result<json::Object> ask(json::Object request) {
    Tell tell = [this](const json::Object& event) {
      events_.push_back(event);
      return Result<>();
    };
    return loop_.run(with_timeout(operator_->answer(std::move(request), std::move(tell)), 5s));
  }

  Releases::Order make_order() const {
    Releases::Order order;
    order.plan.release = order.origin.release = "new";
    order.plan.previous = order.origin.previous = "old";
    order.plan.steps = rollout::make_steps(rollout::Strategy::all_at_once, {});
    order.origin.actor = "ada";
    order.options.gate = &pass;
    order.options.evidence = folder_.evidence();
    return order;
  }
  void run_until(Stage stage) {
    for (auto i = 0; i < 500 && releases_.state()->stage != stage; ++i) {
      ASSERT_TRUE(loop_.run(releases_.wait_for_change(10ms)));
    }
    ASSERT_EQ(releases_.state()->stage, stage);
  }
  void begin_paused() {
    auto order = make_order();
    order.plan.pauses = true;
    ASSERT_TRUE(releases_.begin(std::move(order)));
    run_until(Stage::paused);
  }
  void write_manifest() {
    ::setenv("GITLAB_TOKEN", "secret", 1);
    EXPECT_TRUE(local::write_atomically(
        folder_.root / "davit.yaml",
        "name: mcp\ntarget: local\nauth: none\nservers:\n"
        "  gitlab: {connector: gitlab, token: \"env:GITLAB_TOKEN\"}\n"
    ));
  }

  // The stages that were told, each once, and "gate" for its report.
  std::vector<std::string> told() const {
    std::vector<std::string> names;
    for (auto const& event : events_) {
      auto name = std::string(json::find_string(event, "event").value_or(""));
      if (auto const stage = json::find_string(event, "state.stage")) name = *stage;
      if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    return names;
  }

  release::Folder directory_;
  SystemClock clock_;
  Loop loop_;
  QuickTarget target_;
  std::unique_ptr<http::Client> client_;
  StateFolder folder_;
  Releases releases_;
  std::optional<Operator> operator_;
  std::vector<json::Object> events_;
  std::string stopped_by_;
  bool ends_at_once_ = true;
};

}  // namespace davit::app
