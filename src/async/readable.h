// Readable: a descriptor that is only waited for, such as a pidfd, which can be read when its
// process has ended.
#pragma once

#include <memory>

#include "async/async.h"

namespace davit {

// Use from the loop thread. Closes the descriptor when it goes.
class Readable {
 public:
  Readable(Executor executor, int descriptor);
  ~Readable();
  Readable(const Readable&) = delete;
  Readable& operator=(const Readable&) = delete;

  // Until it can be read, which may be so at once. Several may wait. Errors: cancelled.
  Async<> wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace davit
