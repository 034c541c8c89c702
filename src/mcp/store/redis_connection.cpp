#include "mcp/store/redis_connection.h"

#include <utility>

#include "base/crypto.h"

namespace davit::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 64U << 10U;

// A connection that lasted so long was a good one: the next attempt follows at once.
constexpr milliseconds kLasting{1000};

// Between half and the whole of it, so that replicas do not come back in step.
milliseconds by_chance(milliseconds most) {
  auto const chance = static_cast<unsigned char>(random_bytes(1).front());
  return most - most * chance / 511;
}

Error refusal(const RedisReply& reply) {
  // https://redis.io/docs/latest/commands/auth/ and the server's errors NOAUTH, WRONGPASS, NOPERM;
  // before Redis 6.2 some of them are a plain "ERR invalid password".
  for (auto const* word : {"NOAUTH", "WRONGPASS", "NOPERM", "ERR invalid password", "ERR AUTH"}) {
    if (reply.text.starts_with(word)) return {ErrorKind::unauthenticated, reply.text};
  }
  return {ErrorKind::unavailable, reply.text};
}

}  // namespace

RedisConnection::RedisConnection(
    Executor executor, const RedisOptions& options, RedisConnectionUser& user, log::Logger logger
)
    : executor_(executor),
      options_(options),
      user_(user),
      scope_(executor, std::move(logger)),
      has_output_(executor) {}

void RedisConnection::start() {
  scope_.spawn("write to the store", write_output());
  scope_.spawn("read from the store", run());
}

void RedisConnection::send(std::string_view commands) {
  output_ += commands;
  has_output_.notify();
}

void RedisConnection::drop() {
  if (socket_) socket_->close();
}

Async<> RedisConnection::close() { co_return co_await scope_.stop(Duration::zero()); }

Async<> RedisConnection::run() {
  auto retry = milliseconds::zero();
  while (true) {
    auto const served = co_await serve();
    auto const was_up = std::exchange(is_up_, false);
    drop();
    output_.clear();
    if (co_await is_cancelled()) co_return Error(ErrorKind::cancelled, "cancelled");
    if (was_up && steady_clock::now() - up_since_ > kLasting) retry = milliseconds::zero();
    user_.on_down(served.error(), was_up);
    DAVIT_CO_CHECK(co_await sleep_for(by_chance(retry)));
    retry = std::clamp(retry * 2, options_.first_retry, options_.longest_retry);
  }
}

// Ends with the connection, and never well.
Async<> RedisConnection::serve() {
  auto const socket = std::make_shared<Socket>(executor_);
  socket_ = socket;
  DAVIT_CO_TRY(auto const reader, co_await with_timeout(log_in(socket), options_.connect_limit));
  is_up_ = true;
  up_since_ = steady_clock::now();
  user_.on_up();

  std::string buffer(kReadBytes, '\0');
  while (true) {
    DAVIT_CO_TRY(auto const size, co_await socket->read_some(buffer));
    if (size == 0) co_return Error(ErrorKind::unavailable, "the server ended the connection");
    DAVIT_CO_CHECK(reader->feed(std::string_view(buffer).substr(0, size)));
    while (true) {
      DAVIT_CO_TRY(auto reply, reader->next());
      if (!reply) break;
      DAVIT_CO_CHECK(user_.on_reply(std::move(reply)));
    }
  }
}

Async<std::unique_ptr<ReplyReader>> RedisConnection::log_in(std::shared_ptr<Socket> socket) {
  auto const& address = options_.address;
  if (address.path.empty()) {
    auto connecting = socket->connect_tcp(address.host, address.port, options_.connect_limit);
    DAVIT_CO_CHECK(co_await std::move(connecting));
  } else {
    DAVIT_CO_CHECK(co_await socket->connect_unix(address.path, options_.connect_limit));
  }

  std::string hello;
  int expected = 1;
  if (!address.password.empty()) {
    auto const& password = address.password.reveal();
    hello += address.user.empty() ? encode_command({"AUTH", password})
                                  : encode_command({"AUTH", address.user, password});
    ++expected;
  }
  if (address.database != 0) {
    hello += encode_command({"SELECT", std::to_string(address.database)});
    ++expected;
  }
  hello += encode_command({"PING"});
  DAVIT_CO_CHECK(co_await socket->write_all(std::move(hello)));

  auto reader = make_reply_reader(options_.max_answer_bytes);
  std::string buffer(4096, '\0');
  while (expected > 0) {
    DAVIT_CO_TRY(auto const size, co_await socket->read_some(buffer));
    if (size == 0) co_return Error(ErrorKind::unavailable, "the server ended the connection");
    DAVIT_CO_CHECK(reader->feed(std::string_view(buffer).substr(0, size)));
    while (expected > 0) {
      DAVIT_CO_TRY(auto const reply, reader->next());
      if (!reply) break;
      if (reply->type == ReplyType::error) co_return refusal(*reply);
      --expected;
    }
  }
  co_return reader;
}

Async<> RedisConnection::write_output() {
  while (true) {
    while (!is_up_ || output_.empty()) DAVIT_CO_CHECK(co_await has_output_.wait());
    auto const socket = socket_;
    auto batch = std::exchange(output_, {});
    writing_bytes_ = batch.size();
    auto const written = co_await socket->write_all(std::move(batch));
    writing_bytes_ = 0;
    if (!written) socket->close();  // the reader reports it
  }
}

}  // namespace davit::mcp
