// RedisPipeline: many commands in flight on one connection, matched with their replies by order.
// It knows whether the server is well, and refuses at once while it is not.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "mcp/store/redis_connection.h"

namespace davit::mcp {

class RedisPipeline final : private RedisConnectionUser {
 public:
  // The options and the counters must outlive the pipeline.
  RedisPipeline(
      Executor executor, const RedisOptions& options, Counters& counters, log::Logger logger
  );
  ~RedisPipeline() override;
  RedisPipeline(const RedisPipeline&) = delete;
  RedisPipeline& operator=(const RedisPipeline&) = delete;

  void start();
  bool is_healthy() const { return is_healthy_; }

  // Ends within the operation limit. Of error replies only NOSCRIPT is handed out as a reply.
  // Errors: unavailable, timeout, cancelled; invalid_input for a command that never fits.
  Async<std::unique_ptr<RedisReply>> ask(std::string command);

  Async<> close();

 private:
  struct Call;
  using Calls = std::deque<std::shared_ptr<Call>>;
  enum class Refusal { never_fits, closed, unhealthy, full };

  void on_up() override;
  Result<> on_reply(std::unique_ptr<RedisReply> reply) override;
  void on_down(const Error& why, bool was_up) override;

  Result<> admit(std::size_t bytes) const;
  Async<std::unique_ptr<RedisReply>> exchange(std::string command, Duration limit);
  void fail_all(Calls calls, const Error& why);
  void note_failure(const Error& why, bool is_grave);
  void set_healthy();
  Async<> keep_watch();

  Executor executor_;
  const RedisOptions& options_;
  log::Logger logger_;
  Counter& ok_;
  Counter& errors_;
  Counter& timeouts_;
  Counter& refused_;
  Counter& healthy_level_;
  RedisConnection connection_;
  TaskScope scope_;
  Event watch_now_;
  Calls waiting_;  // for the connection
  std::size_t waiting_bytes_ = 0;
  Calls sent_;  // the next reply is for the first; those whose caller has gone stay in it
  bool is_healthy_ = true;
  bool is_known_ = false;  // whether the server has ever answered
  bool is_closed_ = false;
  int errors_in_a_row_ = 0;
};

}  // namespace davit::mcp
