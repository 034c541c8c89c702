// Child processes of tests, and the files they need.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace davit::testing {

// A program that runs beside the test and is killed at the end. What it prints goes to a file.
class Child {
 public:
  // The program is looked up in PATH and in the sbin folders. `started` tells whether it exists.
  Child(const std::vector<std::string>& command, std::filesystem::path output);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool started() const { return pid_ > 0; }
  // Waits for its end; answers its exit status, -1 when it was killed or never started.
  int wait();
  // What it has printed so far.
  std::string output() const;

 private:
  pid_t pid_ = -1;
  std::filesystem::path output_;
};

// An empty directory that is removed with all it contains.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A self-signed certificate for 127.0.0.1 and localhost, made by the program openssl.
struct Certificate {
  Certificate();

  TemporaryDirectory directory;
  std::string chain;
  std::string key;
};

}  // namespace davit::testing
