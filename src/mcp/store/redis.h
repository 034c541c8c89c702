// The store that all replicas share, in Redis (6.0 and later) or Valkey, without modules. One
// connection carries the commands, a second one the messages.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/counters.h"
#include "base/log.h"
#include "base/secret.h"
#include "mcp/store.h"

namespace davit::mcp {

struct RedisAddress {
  std::string host;  // IPv6 without brackets
  std::uint16_t port = 6379;
  std::string path;  // of a Unix socket, instead of host and port
  unsigned database = 0;
  std::string user;  // empty: the default user
  Secret password;

  // "127.0.0.1:6379" or the path: without user and password, for people.
  std::string text() const;
};

// redis://[[user]:password@]host[:port][/database] or unix://[[user]:password@]/path; user and
// password are percent-encoded. Errors: invalid_input, without the password.
Result<RedisAddress> parse_redis_url(std::string_view url);

struct RedisOptions {
  RedisAddress address;
  // In front of every key and channel, so that several deployments may share a server.
  std::string prefix = "davit:";

  std::chrono::milliseconds operation_limit{200};
  std::chrono::milliseconds connect_limit{1000};  // from the lookup of the name to the login
  // Between attempts to connect; each wait is twice the one before, less up to a half by chance.
  std::chrono::milliseconds first_retry{100};
  std::chrono::milliseconds longest_retry{5000};

  // After an operation without an answer, or so many error answers in a row, operations fail at
  // once. When `pause` has passed the server is asked how it is, again and again until it answers.
  int max_errors = 5;
  std::chrono::milliseconds pause{500};
  // How often a quiet connection is tried. It is given up when no answer comes for connect_limit.
  std::chrono::milliseconds heartbeat{5000};

  std::size_t max_in_flight = 10'000;
  std::size_t max_queued_bytes = 16U << 20U;  // of commands not yet written
  std::size_t max_answer_bytes = 8U << 20U;   // a larger one ends the connection
};

// Connects in the background, from now on; an operation that comes before waits within its limit.
// Errors beside those of the Store: invalid_input for a time to live of zero or less, and for what
// never fits. Await `close` before the store goes. Counts davit_store_operations_total and
// davit_store_healthy; `counters` must outlive the store.
std::unique_ptr<Store> make_redis_store(
    Executor executor, RedisOptions options, Counters& counters, log::Logger logger
);

}  // namespace davit::mcp
