// The access log: HAProxy sends a datagram for each request, and drops it when nobody takes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "base/log.h"
#include "targets/local/balancer.h"

namespace davit::local {

// "davit BACKEND SLOT PORT STATUS TIME TERMINATION METHOD KIND"; KIND is "stream" for an answer of
// events.
struct AccessLine {
  std::string_view backend;
  std::string_view slot;
  std::uint16_t port = 0;  // 0: no connection was made
  int status = 0;          // -1: the client left before there was one
  std::int64_t time_ms = -1;
  std::string_view method;
  bool is_stream = false;
};
std::optional<AccessLine> parse_access_line(std::string_view line);

// Lives on the loop.
class AccessLog {
 public:
  // Errors: unavailable, invalid_input (a path that no socket can have).
  static Result<std::unique_ptr<AccessLog>> open(
      Executor executor, const std::filesystem::path& socket, const log::Logger& logger
  );
  ~AccessLog();

  // Which task stands where: by "BACKEND/SLOT", and by port, which stays true of requests that
  // began before the slot got another task.
  void set_tasks(
      std::map<std::string, std::string> by_slot, std::map<std::uint16_t, std::string> by_port
  );
  // By backend: who is charged with a request that failed because no task could take it. One task
  // of each version with weight, for all that have weight were down then.
  void set_charged(std::map<std::string, std::vector<std::string>> by_backend);
  std::map<std::string, TaskFigures> take();

 private:
  struct Impl;
  explicit AccessLog(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace davit::local
