// Store: what a deployment remembers beyond the life of one process. With the memory store that is
// nothing: it ends with the process. With Redis or Valkey all replicas share it: revocations,
// subscriptions, log levels, event history, task results, and who runs which request.
//
// A store may be slow or gone, and nothing that does not need it may wait for it. So every
// operation ends within its own time limit, and an error of kind `unavailable` or `timeout` means
// "not known", never "no": the caller goes on with what it has and says so.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"

namespace davit::mcp {

struct StoredEvent {
  std::uint64_t sequence = 0;
  std::string text;
};

// Bounds of one log. The oldest events go first.
struct LogLimits {
  std::size_t max_bytes = 256 * 1024;
  std::chrono::milliseconds age{5 * 60'000};  // of the whole log, counted from the last append
};

// Use from the loop thread. Keys and channels are chosen by the caller and hold no secrets; values
// are bytes.
class Store {
 public:
  virtual ~Store() = default;

  // False: everything in it ends with this process.
  virtual bool is_shared() const = 0;
  // False while operations fail at once, because the last ones did.
  virtual bool is_healthy() const = 0;

  // Values ---------------------------------------------------------------------------------------

  virtual Async<> put(std::string key, std::string value, std::chrono::milliseconds ttl) = 0;
  virtual Async<std::optional<std::string>> get(std::string key) = 0;
  // Puts the value unless there is one already. Nothing when it was put; the value that stands
  // there otherwise.
  virtual Async<std::optional<std::string>> claim(
      std::string key, std::string value, std::chrono::milliseconds ttl
  ) = 0;
  virtual Async<> erase(std::string key) = 0;

  // Logs: events with rising sequence numbers
  // ------------------------------------------------------

  // An event whose sequence is not higher than the last one's is ignored, so that an append may be
  // repeated.
  virtual Async<> append(std::string log, StoredEvent event, LogLimits limits) = 0;
  // The events with a higher sequence than `after`, in order. An unknown log is empty.
  virtual Async<std::vector<StoredEvent>> read(std::string log, std::uint64_t after) = 0;

  // Messages to all replicas, this one included. Delivered at most once, in no promised order -----

  virtual Async<> publish(std::string channel, std::string message) = 0;
  // One callback for each channel; it stays for the life of the store, and survives reconnection.
  virtual void subscribe(std::string channel, std::function<void(std::string_view)> callback) = 0;

  // Ends what is open. Operations after it fail with `unavailable`.
  virtual Async<> close() = 0;
};

}  // namespace davit::mcp
