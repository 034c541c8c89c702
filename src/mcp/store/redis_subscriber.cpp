#include "mcp/store/redis_subscriber.h"

#include <utility>

#include <fmt/format.h>

namespace davit::mcp {

RedisSubscriber::RedisSubscriber(Executor executor, const RedisOptions& options, log::Logger logger)
    : options_(options),
      logger_(logger),
      connection_(executor, options, *this, logger),
      scope_(executor, logger) {}

RedisSubscriber::~RedisSubscriber() = default;

void RedisSubscriber::subscribe(
    std::string channel, std::function<void(std::string_view)> callback
) {
  if (is_closed_) return;
  if (connection_.is_up()) connection_.send(encode_command({"SUBSCRIBE", channel}));
  callbacks_.insert_or_assign(std::move(channel), std::move(callback));
  if (std::exchange(is_started_, true)) return;
  connection_.start();
  scope_.spawn("keep the subscriptions alive", keep_alive());
}

Async<> RedisSubscriber::close() {
  is_closed_ = true;
  DAVIT_CO_CHECK(co_await scope_.stop(Duration::zero()));
  DAVIT_CO_CHECK(co_await connection_.close());
  callbacks_.clear();
  co_return Result<>();
}

void RedisSubscriber::on_up() {
  has_heard_ = true;
  std::string commands;
  for (auto const& [channel, callback] : callbacks_) {
    commands += encode_command({"SUBSCRIBE", channel});
  }
  connection_.send(commands);
}

// A push is an array: its kind, the channel, and the message or a number.
// https://redis.io/docs/latest/develop/pubsub/, "Format of pushed messages"
Result<> RedisSubscriber::on_reply(std::unique_ptr<RedisReply> reply) {
  has_heard_ = true;
  if (reply->type == ReplyType::error) return Error(ErrorKind::protocol, reply->text);
  auto const& parts = reply->elements;
  if (parts.size() != 3) return {};
  if (parts[0]->text == "subscribe" && std::exchange(is_missed_, false)) {
    logger_.info(fmt::format("messages come through the store at {} again", options_.address.text())
    );
  }
  auto const found = callbacks_.find(parts[1]->text);
  if (parts[0]->text != "message" || found == callbacks_.end() || is_closed_) return {};
  auto const callback = found->second;  // a copy: it may subscribe anew
  callback(parts[2]->text);
  return {};
}

void RedisSubscriber::on_down(const Error& why, bool was_up) {
  if (was_up && why.kind() != ErrorKind::protocol) return;  // perhaps it is back at once
  if (is_closed_ || std::exchange(is_missed_, true)) return;
  logger_.warn(
      fmt::format("no messages come through the store at {}", options_.address.text()),
      {{"error", why.message()}}
  );
}

Async<> RedisSubscriber::keep_alive() {
  while (true) {
    DAVIT_CO_CHECK(co_await sleep_for(options_.heartbeat));
    if (!connection_.is_up()) continue;
    if (!std::exchange(has_heard_, false)) {
      connection_.drop();
    } else {
      connection_.send(encode_command({"PING"}));
    }
  }
}

}  // namespace davit::mcp
