// HAProxy's runtime socket: one question a connection (management guide 2.6, 9.3 and 9.4).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"

namespace davit::local {

// The whole answer, at most 4 MB, within 2 s. Errors: unavailable, timeout, protocol, cancelled.
Async<std::string> ask_haproxy(
    Executor executor, std::filesystem::path socket, std::string question
);

struct ServerState {
  std::uint16_t port = 0;
  int weight = 0;
  bool in_maintenance = false;
};
// By backend and slot ("s1"). Errors: protocol.
using ServerStates = std::map<std::string, std::map<std::string, ServerState>>;
Result<ServerStates> parse_servers_state(std::string_view text);

struct ServerHealth {
  bool is_up = false;
  int weight = 0;
  std::int64_t sessions = 0;
  std::uint16_t port = 0;
};
using ServerHealths = std::map<std::string, std::map<std::string, ServerHealth>>;
Result<ServerHealths> parse_stat(std::string_view text);

// The pids of the workers from before a reload, of the master's `show proc`.
std::vector<int> parse_old_workers(std::string_view text);

// The `description` of `show info`.
Result<std::string> parse_description(std::string_view text);

}  // namespace davit::local
