// Whether HAProxy, whose process is there, still answers: one that is stopped or wedged does not
// end, and nobody would start it again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "async/async.h"
#include "targets/local/balancer.h"

namespace davit::local {

// Whether a question that failed met nobody who answers. When we had no descriptor to ask with,
// that says nothing of HAProxy.
bool is_silence(const Error& error);

class HaproxyLiveness {
 public:
  HaproxyLiveness(
      Executor executor, std::filesystem::path socket, std::string host, Liveness options
  );

  // Asks its runtime socket and, when that is silent, in each of the attempts this and the port, as
  // one that only cannot be steered still serves. Ends with the first answer. Errors: cancelled.
  Async<bool> hangs(std::uint16_t port);
  // Its runtime socket, when it was asked last.
  bool is_silent() const { return is_silent_; }
  // Another one is started.
  void forget() { is_silent_ = false; }

 private:
  // Whatever the answer is. Errors: those of the connection; cancelled.
  Async<> ask_socket();
  Async<> ask_port(std::uint16_t port);
  Async<bool> nothing_answers(std::uint16_t port);

  Executor executor_;
  std::filesystem::path socket_;
  std::string host_;
  Liveness options_;
  bool is_silent_ = false;
};

}  // namespace davit::local
