// Listener: takes connections on a Unix socket that only its owner can reach, for orders from other
// commands of the same user.
#pragma once

#include <memory>
#include <string>

#include "async/async.h"
#include "base/posix.h"

namespace davit {

// The longest path that a Unix socket can have (Linux, unix(7)).
inline constexpr std::size_t kLongestSocketPath = 107;

// Use from the loop thread; must outlive `accept`.
class Listener {
 public:
  // A socket that is there already is replaced: the caller knows that nobody listens on it. Its
  // mode is 0600 from the beginning. Errors: invalid_input (a path that is too long), unavailable.
  static Result<std::unique_ptr<Listener>> open(Executor executor, const std::string& path);
  // The socket's file goes with it.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The next connection, which does not block. Errors: cancelled; unavailable.
  Async<Descriptor> accept();

 private:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Connects; a Unix socket takes a connection at once or not at all. Errors: not_found (nobody
// listens there), unavailable.
Result<Descriptor> connect_unix(const std::string& path);

}  // namespace davit
