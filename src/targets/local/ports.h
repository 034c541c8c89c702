// Ports of this machine: of a task, and those on which nobody listens yet. Somebody else may take a
// port between the question and its use.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace davit::local {

struct Ports {
  std::uint16_t port = 0;
  std::uint16_t admin = 0;  // 0: none
  std::uint16_t peer = 0;   // 0: none
};

// Whether a server could listen there now: the port; of 0, a free one. `host` is an IPv4 address.
// Errors: conflict (it is taken); invalid_input (no address); forbidden (a port below 1024);
// unavailable (no descriptor is left).
Result<std::uint16_t> check_port(const std::string& host, std::uint16_t port);

// Of the loopback interface.
Result<std::uint16_t> free_port();
bool is_free(std::uint16_t port);

}  // namespace davit::local
