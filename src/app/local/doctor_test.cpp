#include "app/local/doctor.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/listener.h"
#include "async/loop.h"
#include "support/child.h"
#include "targets/local/ports.h"

namespace davit::app {
namespace {

using ::testing::StartsWith;

std::string text(const json::Value& value, std::string_view key) {
  return std::string(json::find_string(value, key).value_or(""));
}

class Doctor : public ::testing::Test {
 protected:
  Doctor() {
    request_.program = "/bin/true";
    request_.patience = std::chrono::milliseconds(100);
    request_.place.file = (folder_.path() / "davit.yaml").string();
    request_.place.json = true;
    write("");
  }

  void write(const std::string& more) const {
    std::ofstream(request_.place.file)
        << "name: mcp\ntarget: local\nauth: none\nservers:\n"
           "  gitlab: {connector: gitlab, token: \"env:DAVIT_TEST_TOKEN\"}\n"
        << more;
  }
  // "failed: why; what to do", of one check.
  std::string finding(std::string_view name) const {
    ::testing::internal::CaptureStdout();
    EXPECT_TRUE(run_doctor(request_));
    std::fflush(stdout);
    auto const printed = json::parse(::testing::internal::GetCapturedStdout());
    EXPECT_TRUE(printed);
    auto const* checks = printed ? json::find_array(*printed, "checks") : nullptr;
    for (auto const& check : checks == nullptr ? json::Array() : *checks) {
      if (text(check, "name") != name) continue;
      return text(check, "outcome") + ": " + text(check, "detail") + "; " + text(check, "next");
    }
    return "";
  }

  testing::TemporaryDirectory folder_;
  DoctorRequest request_;
};

TEST_F(Doctor, NamesTheVariablesThatAreNotSet) {
  ::unsetenv("DAVIT_TEST_TOKEN");
  EXPECT_EQ(
      finding("variables"),
      "failed: server gitlab: token: env:DAVIT_TEST_TOKEN is not set; export it and run `davit up` "
      "again"
  );
  ::setenv("DAVIT_TEST_TOKEN", "x", 1);
  EXPECT_THAT(finding("variables"), StartsWith("ok: "));
  ::unsetenv("DAVIT_TEST_TOKEN");
}

TEST_F(Doctor, TellsASupervisorThatHangsFromNone) {
  EXPECT_THAT(finding("supervisor"), StartsWith("skipped: does not run"));
  // It takes connections and answers nobody.
  Loop loop;
  auto const path = socket_path(request_.place.folder(), "/tmp");
  auto const hung = Listener::open(loop.executor(), path);
  ASSERT_TRUE(hung) << hung.error().message();
  EXPECT_THAT(finding("supervisor"), StartsWith("failed: does not answer: "));
}

TEST_F(Doctor, BelievesTheSupervisorOnlyWhatItSays) {
  write("local: {port: 18080}\n");
  auto const finding_with = [this](const View& view, std::string_view name) {
    Loop loop;
    EXPECT_TRUE(make_folders(request_.place.folder()));
    auto const path = socket_path(request_.place.folder(), "/tmp");
    auto const listener = Listener::open(loop.executor(), path);
    EXPECT_TRUE(listener) << listener.error().message();
    json::Object const answer{{"result", to_json(view)}};
    auto const line = json::to_text(answer) + '\n';
    Descriptor peer;
    std::jthread supervisor([&] {
      auto accepted = loop.run(with_timeout((*listener)->accept(), std::chrono::seconds(5)));
      if (!accepted) return;
      peer = *std::move(accepted);
      EXPECT_EQ(::write(peer.get(), line.data(), line.size()), std::ssize(line));
    });
    auto found = finding(name);
    supervisor.join();
    return found;
  };
  request_.patience = std::chrono::seconds(5);
  View view;
  view.status.port = 18080;
  view.status.balancer_pid = 4711;
  EXPECT_THAT(finding_with(view, "port"), StartsWith("ok: port 18080 is ours"));
  EXPECT_EQ(finding_with(view, "supervisor"), "ok: runs, and answers; ");
  view.status.port = 18081;
  view.status.balancer_trouble = "does not answer";
  EXPECT_EQ(
      finding_with(view, "port"),
      "ok: port 18081 is ours: a supervisor runs; 18080, the manifest's, was not looked at; "
  );
  EXPECT_THAT(
      finding_with(view, "supervisor"),
      StartsWith("failed: runs, but its HAProxy (process 4711) does not answer; ")
  );
}

TEST_F(Doctor, LooksAtThePortWhereTheBalancerWillListen) {
  auto const port = local::free_port();
  ASSERT_TRUE(port);
  write(fmt::format("local: {{port: {}}}\n", *port));
  EXPECT_EQ(finding("port"), fmt::format("ok: port {} of 127.0.0.1 is free; ", *port));
  // TEST-NET-1: nobody's.
  write(fmt::format("domain: mcp.example\nlocal: {{host: 192.0.2.1, port: {}}}\n", *port));
  EXPECT_THAT(finding("port"), StartsWith("failed: 192.0.2.1 is no address of this machine; "));
}

}  // namespace
}  // namespace davit::app
