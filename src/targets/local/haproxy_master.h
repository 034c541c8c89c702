// HAProxy's master: it has the workers, and reloads them (management guide 2.6, 9.4).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "async/async.h"
#include "targets/local/haproxy_process.h"

namespace davit::local {

class HaproxyMaster {
 public:
  HaproxyMaster(Executor executor, std::filesystem::path socket)
      : executor_(std::move(executor)), socket_(std::move(socket)) {}

  // The one that is meant from now on.
  void set_process(HaproxyProcess process) { process_ = process; }
  const HaproxyProcess& process() const { return process_; }

  // Tells it to read its configuration again. The workers of before finish what they have. Errors:
  // unavailable, protocol.
  Async<> reload();

  // What the workers from before a reload still have under way, by port. No value when one of them
  // lives and does not say it.
  using Sessions = std::map<std::uint16_t, std::int64_t>;
  Async<std::optional<Sessions>> old_sessions();

 private:
  Async<std::string> ask(std::string question);
  Async<std::string> processes();
  Async<> add_old_sessions(Sessions* sessions);

  Executor executor_;
  std::filesystem::path socket_;
  HaproxyProcess process_;
  bool may_have_old_workers_ = true;  // the HAProxy that is taken over, too
};

}  // namespace davit::local
