// Who listens on a port, for the message that it is taken.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace davit::local {

// The port; of 0, a free one. Errors: conflict; invalid_input (no address); forbidden (a port below
// 1024).
Result<std::uint16_t> check_port(const std::string& host, std::uint16_t port);

// The conflict with the program and pid that has the port, where that can be seen. Looks at all
// processes.
Error port_is_taken(std::uint16_t port);

}  // namespace davit::local
