// RedisConnection: one connection to the server that comes back by itself. It logs in, writes what
// it is given and hands out what it reads; what that means is its user's matter.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "async/event.h"
#include "async/socket.h"
#include "async/task_scope.h"
#include "mcp/store/redis.h"
#include "mcp/store/redis_codec.h"

namespace davit::mcp {

// What a connection calls. It may send or drop meanwhile, and must not close.
class RedisConnectionUser {
 public:
  virtual ~RedisConnectionUser() = default;
  // Connected and logged in.
  virtual void on_up() = 0;
  // An error ends the connection.
  virtual Result<> on_reply(std::unique_ptr<RedisReply> reply) = 0;
  // The connection was lost, or an attempt to make one failed; the next follows by itself.
  virtual void on_down(const Error& why, bool was_up) = 0;
};

class RedisConnection {
 public:
  // The user and the options must outlive the connection.
  RedisConnection(
      Executor executor, const RedisOptions& options, RedisConnectionUser& user, log::Logger logger
  );

  void start();
  bool is_up() const { return is_up_; }
  // Only while it is up: what is not written when it goes down is lost.
  void send(std::string_view commands);
  // Bytes given to `send` and not yet written.
  std::size_t queued_bytes() const { return output_.size() + writing_bytes_; }
  // Gives this connection up and makes another.
  void drop();
  // Must be awaited before the connection goes.
  Async<> close();

 private:
  Async<> run();
  Async<> serve();
  Async<std::unique_ptr<ReplyReader>> log_in(std::shared_ptr<Socket> socket);
  Async<> write_output();

  Executor executor_;
  const RedisOptions& options_;
  RedisConnectionUser& user_;
  TaskScope scope_;
  std::shared_ptr<Socket> socket_;
  bool is_up_ = false;
  std::chrono::steady_clock::time_point up_since_;
  std::string output_;
  std::size_t writing_bytes_ = 0;
  Event has_output_;
};

}  // namespace davit::mcp
