#include "app/local/up_fixture.h"

#include <arpa/inet.h>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "targets/local/detached_process.h"
#include "targets/local/environment.h"
#include "targets/local/files.h"
#include "targets/local/ports.h"
#include "targets/local/process.h"
#include "targets/local/state.h"
#include "targets/local/version_json.h"

namespace davit::app {

TakenPort::TakenPort(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  int const on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(fd_, 1), 0);
}
TakenPort::~TakenPort() { ::close(fd_); }

void UpTest::SetUp() {
  auto const port = local::free_port();
  ASSERT_TRUE(port);
  port_ = *port;
  place_.file = (directory_.path() / "davit.yaml").string();
  if (!local::find_haproxy("haproxy")) GTEST_SKIP() << "HAProxy is not installed";
  write_manifest("");
  ASSERT_TRUE(make_folders(place_.folder()));
  http::ClientOptions options;
  options.direct = true;
  client_ = http::make_curl_client(loop_.executor(), options);
}

void UpTest::TearDown() {
  if (up_ > 0) end(SIGKILL);
  for (auto const pid : task_pids()) ::kill(-pid, SIGKILL);
  if (auto const haproxy = balancer()) haproxy->send_signal(SIGKILL);
}

void UpTest::write_manifest(const std::string& more) {
  std::ofstream(place_.file) << fmt::format(
      "name: mcp\ntarget: local\nauth: none\nlocal: {{port: {}, drain: 20s}}\nservers:\n"
      "  billing:\n    command: [billing]\n    transport: http\n    sessions: stateless\n{}",
      port_,
      more
  );
}

void UpTest::make_version(const std::string& release, const std::vector<std::string>& flags) {
  local::Service service;
  service.name = "billing";
  service.command = {TEST_TASK, "--port={port}"};
  service.command.insert(service.command.end(), flags.begin(), flags.end());
  service.servers = {"billing"};
  service.mcp_path = "/mcp";
  local::Version const version{release, {service}, ""};
  auto const folder = local::version_folder(place_.folder().root, release);
  ASSERT_TRUE(local::make_folder(folder));
  ASSERT_TRUE(local::write_atomically(folder / "version.json", json::to_text(to_json(version))));
}

void UpTest::release_v1(const std::vector<std::string>& flags) {
  make_version("v1", flags);
  local::SavedState state;
  state.green = "v1";
  state.percent = 100;
  state.wanted = {{"v1", 100}};
  ASSERT_TRUE(local::save_state(place_.folder().root, state));
}

void UpTest::start(const std::string& largest_file) {
  fs::remove(log());
  local::DetachedCommand command;
  command.arguments = {TEST_UP, place_.file};
  if (!largest_file.empty()) command.arguments.push_back(largest_file);
  command.environment = local::whole_environment();
  command.log = log();
  auto const started = local::start_detached(command);
  ASSERT_TRUE(started) << started.error().message();
  up_ = started->pid;
}

std::string UpTest::said() const {
  std::ifstream file(log());
  return {std::istreambuf_iterator<char>(file), {}};
}

int UpTest::wait() {
  int status = 0;
  if (!wait_until([&] { return ::waitpid(up_, &status, WNOHANG) == up_; })) return -1000;
  up_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int UpTest::end(int signal) {
  ::kill(up_, signal);
  return wait();
}

bool UpTest::wait_until(const std::function<bool()>& is_so) {
  for (int i = 0; i < 1'500; ++i) {
    if (is_so()) return true;
    EXPECT_TRUE(loop_.run(sleep_for(10ms)));
  }
  return false;
}

bool UpTest::wait_for_words(std::string_view words) {
  return wait_until([&] { return said().find(words) != std::string::npos; });
}

bool UpTest::wait_for_answer() {
  return wait_until([this] {
    auto const url = fmt::format("http://127.0.0.1:{}/billing/mcp", port_);
    auto const answer = loop_.run(client_->send(http::ClientRequest(http::Method::get, url)));
    return answer && answer->status == 200;
  });
}

std::vector<int> UpTest::task_pids() const {
  std::vector<int> pids;
  auto const state = local::load_state(place_.folder().root);
  if (!state) return pids;
  for (auto const& task : state->tasks) {
    if (local::runs(task.record.pid, task.record.started)) pids.push_back(task.record.pid);
  }
  return pids;
}

std::optional<local::HaproxyProcess> UpTest::balancer() const {
  auto const folder = balancer_folder(place_.folder(), runtime_directory());
  return folder ? local::find_process(*folder) : std::nullopt;
}

}  // namespace davit::app
