// The store of a deployment that has none: everything ends with the process. It is bounded; the
// oldest goes first.
#pragma once

#include <cstddef>
#include <memory>

#include "base/clock.h"
#include "mcp/store.h"

namespace davit::mcp {

struct MemoryStoreLimits {
  std::size_t max_entries = 100'000;          // values and logs
  std::size_t max_bytes = 64U << 20U;         // of keys, values and events, with what they cost
  std::size_t max_waiting_messages = 10'000;  // published and not yet delivered
};

// Entries go in the order of their last change, and no log takes more than half of the store.
// Errors beside those of the Store: invalid_input for a time to live of zero or less, and for what
// never fits; unavailable when too many messages wait. The clock must outlive the store.
std::unique_ptr<Store> make_memory_store(
    Executor executor, const Clock& clock, MemoryStoreLimits limits = {}
);

}  // namespace davit::mcp
