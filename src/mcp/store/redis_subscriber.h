// RedisSubscriber: the connection that messages come in on. It subscribes again whenever it has
// been lost.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "mcp/store/redis_connection.h"

namespace davit::mcp {

class RedisSubscriber final : private RedisConnectionUser {
 public:
  // The options must outlive the subscriber.
  RedisSubscriber(Executor executor, const RedisOptions& options, log::Logger logger);
  ~RedisSubscriber() override;
  RedisSubscriber(const RedisSubscriber&) = delete;
  RedisSubscriber& operator=(const RedisSubscriber&) = delete;

  // Connects with the first channel.
  void subscribe(std::string channel, std::function<void(std::string_view)> callback);
  Async<> close();

 private:
  void on_up() override;
  Result<> on_reply(std::unique_ptr<RedisReply> reply) override;
  void on_down(const Error& why, bool was_up) override;
  Async<> keep_alive();

  const RedisOptions& options_;
  log::Logger logger_;
  RedisConnection connection_;
  TaskScope scope_;
  std::map<std::string, std::function<void(std::string_view)>> callbacks_;
  bool is_started_ = false;
  bool is_closed_ = false;
  bool is_missed_ = false;  // an attempt to connect has failed, and this was said
  bool has_heard_ = false;  // since the last heartbeat
};

}  // namespace davit::mcp
