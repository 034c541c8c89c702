// Who listens on a port, for the message that it is taken.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "targets/local/ports.h"

namespace davit::local {

// The conflict of check_port with the program and pid that has the port, where that can be seen.
// Looks at all processes.
Error port_is_taken(std::uint16_t port);

}  // namespace davit::local
