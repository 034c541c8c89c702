// What system calls leave to their callers: to close descriptors, to say errno in words, to lay out
// arguments for a program.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace davit {

// An open descriptor, closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  // Takes it over; a negative one, as open(2) answers an error, is none.
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }
  void reset();

 private:
  int descriptor_ = -1;
};

// "No such file or directory".
std::string errno_text(int code);

// "cannot read /etc/x: Permission denied". Its kind: not_found where there is none, else
// unavailable.
Error file_error(std::string_view doing, const std::filesystem::path& file, int code = errno);

// Of what could not be opened or started: not_found, forbidden, or unavailable for the rest.
ErrorKind kind_of_errno(int code);

// With a null pointer behind them, as exec(3) and posix_spawn(3) take arguments and environments.
// They point into `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

}  // namespace davit
