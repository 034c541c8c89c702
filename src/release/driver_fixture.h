// A world for the driver without processes: time that moves when everybody waits, a target that
// does as a script says, a gate and hooks that answer as they are told, and a transcript of it all.
#pragma once

#include <charconv>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/loop.h"
#include "async/task_scope.h"
#include "base/strings.h"
#include "json/json.h"
#include "release/driver.h"
#include "release/folder_fixture.h"
#include "release/moved_time_fixture.h"
#include "release/script_fixture.h"

namespace davit::release {

// What was done, which a driver that is killed does not take with it.
struct Truth {
  std::map<std::string, int> running;
  std::map<std::string, int> traffic;
};

class ScriptedTarget final : public Target {
 public:
  ScriptedTarget(MovedTime& time, Script& script, Truth& truth, std::string& transcript)
      : time_(time), script_(script), truth_(truth), transcript_(transcript) {}

  Async<> start(std::string release, int percent) override {
    auto const call = "start " + release;
    DAVIT_CO_TRY(auto const does, co_await begin(call, percent));
    if (does) truth_.running[release] = std::max(truth_.running[release], percent);
    co_return Result<>();
  }
  Async<> trim(std::string release, int percent) override {
    auto const call = "trim " + release;
    DAVIT_CO_TRY(auto const does, co_await begin(call, percent));
    EXPECT_TRUE(percent > 0 || truth_.traffic[release] == 0 || truth_.traffic.size() == 1)
        << release << " had traffic when it was removed\n"
        << transcript_;
    if (does) truth_.running[release] = std::min(truth_.running[release], percent);
    if (does && percent == 0) truth_.traffic.erase(release);
    co_return Result<>();
  }
  Async<> shift(std::string green, std::string blue, int percent) override {
    auto const call = "shift " + green;
    DAVIT_CO_TRY(auto const does, co_await begin(call, percent));
    if (!does) co_return Result<>();
    truth_.traffic[green] = percent;
    if (!blue.empty()) truth_.traffic[blue] = 100 - percent;
    co_return Result<>();
  }
  Async<std::vector<Endpoint>> endpoints(std::string release) override {
    auto const says = script_.next("endpoints " + release);
    if (says.starts_with("fail ")) co_return Error(ErrorKind::unavailable, says.substr(5));
    Endpoint endpoint;
    endpoint.server = "gitlab";
    endpoint.url = "http://" + release + "/mcp";
    std::vector<Endpoint> all;
    if (says != "none") all.push_back(endpoint);
    co_return all;
  }
  Async<Measured> measure(std::string) override {
    auto says = script_.next("measure");
    if (says == "hang") DAVIT_CO_CHECK(co_await time_.hang());
    if (says.starts_with("fail ")) co_return Error(ErrorKind::unavailable, says.substr(5));
    if (says.empty()) says = "requests=100 errors_5xx=0 p99=20 restarts=0 rpc_errors=1";
    // Who counts restarts sees the tasks.
    if (says.find("restarts=") != std::string::npos && says.find("unhealthy=") == std::string::npos)
      says += " unhealthy=0";
    Measured seen;
    for (auto const word : split(says, ' ')) {
      auto const equals = word.find('=');
      if (equals == std::string_view::npos) continue;
      std::int64_t number = 0;
      std::from_chars(word.data() + equals + 1, word.data() + word.size(), number);
      auto const key = word.substr(0, equals);
      if (key == "requests") seen.requests = number;
      if (key == "errors_5xx") seen.errors_5xx = number;
      if (key == "p99") seen.p99 = std::chrono::milliseconds(number);
      if (key == "restarts") seen.restarts = number;
      if (key == "unhealthy") seen.unhealthy = number;
      if (key == "rpc_errors") seen.rpc_errors = number;
    }
    co_return seen;
  }
  Async<json::Object> evidence(std::string release) override {
    auto const says = script_.next("evidence");
    log("evidence " + release);
    if (says == "hang") DAVIT_CO_CHECK(co_await time_.hang());
    if (auto const takes = time_of(says)) DAVIT_CO_CHECK(co_await time_.sleep(*takes));
    json::Object told;
    told["log"] = json::Array{"the last line of " + release};
    co_return told;
  }

  void log(const std::string& what) {
    transcript_ += fmt::format("{:>8} ms  {}\n", time_.passed.count(), what);
  }

 private:
  // True when it is to be done.
  Async<bool> begin(std::string call, int percent) {
    auto const what = fmt::format("{} {}", call, percent);
    auto const says = script_.next(call);
    log(what);
    auto takes = time_of(says).value_or(std::chrono::milliseconds(100));
    if (says == "hang") takes = std::chrono::hours(24);
    auto slept = co_await time_.sleep(takes);
    if (!slept) {
      log(what + ": cancelled");
      co_return slept.error();
    }
    if (says.starts_with("fail ")) co_return Error(ErrorKind::unavailable, says.substr(5));
    co_return says != "lie";
  }

  MovedTime& time_;
  Script& script_;
  Truth& truth_;
  std::string& transcript_;
};

// Hooks by URL: "hook pre-traffic: 500 not on fridays", "hook event: takes 90000".
class ScriptedClient final : public http::Client {
 public:
  ScriptedClient(MovedTime& time, Script& script, std::string& transcript)
      : time_(time), script_(script), transcript_(transcript) {}

  Async<http::ClientResponse> send(http::ClientRequest request) override {
    auto const body = json::parse(request.body).value_or(json::Value());
    auto const name = std::string(json::find_string(body, "hook").value_or("?"));
    auto const stage = json::find_string(body, "stage").value_or("?");
    auto const says = script_.next("hook " + name);
    if (name != "event")
      transcript_ += fmt::format("{:>8} ms  hook {} in {}\n", time_.passed.count(), name, stage);
    http::ClientResponse response;
    response.status = 200;
    if (auto const takes = time_of(says)) {
      DAVIT_CO_CHECK(co_await time_.sleep(std::min(*takes, request.timeout)));
      if (*takes > request.timeout) co_return Error(ErrorKind::timeout, "no answer in time");
    } else if (!says.empty()) {
      response.status = std::stoi(says.substr(0, 3));
      response.body = says.size() > 4 ? says.substr(4) : "";
    }
    co_return response;
  }

 private:
  MovedTime& time_;
  Script& script_;
  std::string& transcript_;
};

class World {
 public:
  World()
      : time(loop.executor()),
        target(time, script, truth, transcript),
        client(time, script, transcript) {
    truth.running["blue-1"] = 100;
    truth.traffic["blue-1"] = 100;
    plan.release = "green-2";
    plan.previous = "blue-1";
    plan.steps = {{50, 10, 100, std::chrono::seconds(3)}, {100, 100, 100, std::chrono::seconds(3)}};
    options.evidence = folder.path / "evidence";
    options.sleep = [this](Duration delay) { return time.sleep(delay); };
    options.gate = [this](Executor, http::Client*, GateOptions asked, const log::Logger&) {
      return gate(std::move(asked));
    };
    for (auto const* hook :
         {"pre-deploy",
          "pre-traffic",
          "pre-step",
          "confirm-promotion",
          "post-deploy",
          "rollback",
          "event"}) {
      options.hooks.push_back(
          {*parse_hook_name(hook), {}, "http://hooks/", std::chrono::seconds(60)}
      );
    }
    options.on_change = [this](const rollout::State& state) {
      target.log(fmt::format("= {} {}%", rollout::to_string(state.stage), state.weight));
    };
  }
  ~World() { EXPECT_TRUE(loop.run(time.end())); }

  Journal journal() {
    Origin origin;
    origin.release = plan.release;
    origin.previous = plan.previous;
    origin.actor = "ada@build-7";
    origin.command = "davit deploy";
    auto made = std::filesystem::exists(file()) ? Journal::open(folder.path, plan.release)
                                                : Journal::create(folder.path, origin, time);
    EXPECT_TRUE(made) << made.error().message();
    return *std::move(made);
  }
  std::filesystem::path file() const { return folder.path / (plan.release + ".jsonl"); }

  std::unique_ptr<Driver> driver() {
    return std::make_unique<Driver>(
        loop.executor(), time, target, client, log::Logger(), journal(), options
    );
  }
  // To its end, in one go.
  Result<rollout::State> release() {
    auto const one = driver();
    return loop.run(one->run(plan));
  }
  std::string truth_text() const {
    std::string text;
    for (auto const& [release, percent] : truth.running) {
      auto const traffic = truth.traffic.find(release);
      text += fmt::format(
          "{}: {}% of its tasks, {}% of the traffic\n",
          release,
          percent,
          traffic == truth.traffic.end() ? 0 : traffic->second
      );
    }
    return text;
  }
  // Who has traffic.
  std::vector<std::string> served_by() const {
    std::vector<std::string> names;
    for (auto const& [release, percent] : truth.traffic) {
      if (percent > 0) names.push_back(release);
    }
    return names;
  }

  Async<GateReport> gate(GateOptions asked) {
    auto const& url = asked.endpoints.front().url;
    auto const says = script.next(url.find("green") != std::string::npos ? "gate" : "tools");
    GateReport report;
    if (says == "hang") DAVIT_CO_CHECK(co_await time.sleep(std::chrono::hours(24)));
    if (url.find("green") != std::string::npos) {
      target.log(fmt::format("gate, compared with {} servers", asked.before.size()));
      DAVIT_CO_CHECK(co_await time.sleep(std::chrono::milliseconds(100)));
    }
    Check check;
    check.server = "gitlab";
    check.name = "tools/list";
    if (says.starts_with("fail ")) {
      check.outcome = Check::Outcome::failed;
      check.detail = says.substr(5);
    } else {
      report.tools["gitlab"] = json::Array{};
    }
    report.checks.push_back(check);
    co_return report;
  }

  Loop loop;
  Folder folder;
  std::string transcript;
  Script script;
  Truth truth;
  MovedTime time;
  ScriptedTarget target;
  ScriptedClient client;
  rollout::Plan plan;
  DriverOptions options;
};

// For a task that is cancelled: `ended` is what `run` answers then.
inline Async<> run_into(Driver* driver, rollout::Plan plan, Result<rollout::State>* ended) {
  *ended = co_await driver->run(std::move(plan));
  co_return Result<>();
}

}  // namespace davit::release
