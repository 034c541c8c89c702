#include "support/child.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace davit::testing {
namespace {

// nghttpd lives in /usr/sbin, which is not in everybody's PATH.
std::string find_program(const std::string& name) {
  auto const* path = std::getenv("PATH");
  std::stringstream folders(
      std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin"
  );
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto const file = std::filesystem::path(folder) / name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

}  // namespace

Child::Child(const std::vector<std::string>& command, std::filesystem::path output)
    : output_(std::move(output)) {
  auto const program = find_program(command.front());
  if (program.empty()) return;
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (auto const& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(
      &actions, 1, output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600
  );
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
    pid_ = -1;
  }
  ::posix_spawn_file_actions_destroy(&actions);
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int Child::wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  auto const ended = ::waitpid(std::exchange(pid_, -1), &status, 0);
  return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Child::output() const {
  std::stringstream text;
  text << std::ifstream(output_).rdbuf();
  return text.str();
}

TemporaryDirectory::TemporaryDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "davit-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Certificate::Certificate()
    : chain(directory.path() / "cert.pem"), key(directory.path() / "key.pem") {
  Child openssl(
      {"openssl",
       "req",
       "-x509",
       "-newkey",
       "ec",
       "-pkeyopt",
       "ec_paramgen_curve:P-256",
       "-nodes",
       "-keyout",
       key,
       "-out",
       chain,
       "-days",
       "2",
       "-subj",
       "/CN=localhost",
       "-addext",
       "subjectAltName=IP:127.0.0.1,DNS:localhost"},
      directory.path() / "openssl.log"
  );
  if (openssl.wait() != 0) {
    fmt::print(stderr, "openssl made no certificate (make setup?): {}\n", openssl.output());
  }
}

}  // namespace davit::testing
