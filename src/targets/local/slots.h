// Slots: the servers that HAProxy's configuration names, and which task stands in which. A slot is
// an address that can be changed while HAProxy runs, so that tasks come and go without a reload.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "targets/local/balancer.h"

namespace davit::local {

// Of one backend: the port that each slot points to, or 0; the first is s1.
using SlotPorts = std::vector<std::uint16_t>;

struct SlottedBackend {
  Backend backend;
  std::vector<std::size_t> slots;  // of backend.tasks, in order: 0 is s1
};

inline std::string slot_name(std::size_t slot) { return "s" + std::to_string(slot + 1); }

// A task stays where its port is already; the others get free slots, those that were never used
// first, so that what is still said about a slot is not said of the next task in it.
std::vector<SlottedBackend> assign_slots(
    const std::vector<Backend>& backends,
    const std::map<std::string, SlotPorts>& before,
    std::size_t slots
);

// What HAProxy could not take, or what would be a directive of its own in the file. Errors:
// invalid_input.
Result<> check_backends(const std::vector<Backend>& backends, std::size_t slots);

}  // namespace davit::local
