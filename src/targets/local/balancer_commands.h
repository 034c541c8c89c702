// What HAProxy is told over its runtime socket for its servers to be as they shall be (management
// guide 2.6, 9.3). Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "targets/local/runtime_socket.h"
#include "targets/local/slots.h"

namespace davit::local {

// One line for each thing to be done; none when all is as wanted. Backends that it does not have
// are left out.
std::vector<std::string> commands_for(
    const std::vector<SlottedBackend>& wanted, const ServerStates& states
);

// The same in as few texts as it takes at once.
std::vector<std::string> in_batches(const std::vector<std::string>& commands);

// Where each slot points now.
std::map<std::string, SlotPorts> ports_of(const ServerStates& states, std::size_t slots);

}  // namespace davit::local
