#include "mcp/store/redis_pipeline.h"

#include <utility>

#include <fmt/format.h>

namespace davit::mcp {
namespace {

Counter& outcome_counter(Counters& counters, std::string_view outcome) {
  return counters.at("davit_store_operations_total", fmt::format("outcome=\"{}\"", outcome));
}

// What is wrong, for whoever looks after the deployment.
std::string_view in_words(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::timeout: return "does not answer";
    case ErrorKind::unauthenticated: return "refuses our user name or password";
    case ErrorKind::protocol: return "does not speak the Redis protocol as we know it";
    default: return "cannot be used";
  }
}

Error not_known(const Error& why) {
  // Whatever it was, to who asks it means the same: not known.
  return Error(ErrorKind::unavailable, "the store failed").with_detail(why.message());
}

}  // namespace

struct RedisPipeline::Call {
  explicit Call(const Executor& executor) : done(executor) {}

  void finish(Result<std::unique_ptr<RedisReply>> with) {
    outcome = std::move(with);
    done.notify();
  }

  std::string command;  // until it is sent
  Event done;
  bool is_abandoned = false;
  std::optional<Result<std::unique_ptr<RedisReply>>> outcome;
};

RedisPipeline::RedisPipeline(
    Executor executor, const RedisOptions& options, Counters& counters, log::Logger logger
)
    : executor_(executor),
      options_(options),
      logger_(logger),
      ok_(outcome_counter(counters, "ok")),
      errors_(outcome_counter(counters, "error")),
      timeouts_(outcome_counter(counters, "timeout")),
      refused_(outcome_counter(counters, "refused")),
      healthy_level_(counters.at("davit_store_healthy")),
      connection_(executor, options, *this, logger),
      scope_(executor, logger),
      watch_now_(executor) {
  healthy_level_.set(1);
}

RedisPipeline::~RedisPipeline() = default;

void RedisPipeline::start() {
  connection_.start();
  scope_.spawn("watch the store", keep_watch());
}

Async<std::unique_ptr<RedisReply>> RedisPipeline::ask(std::string command) {
  if (auto admitted = admit(command.size()); !admitted) {
    refused_.add();
    co_return std::move(admitted).error();
  }
  auto reply = co_await exchange(std::move(command), options_.operation_limit);
  if (!reply) {
    if (reply.error().kind() == ErrorKind::timeout) {
      timeouts_.add();
      note_failure(reply.error(), true);
    } else if (reply.error().kind() == ErrorKind::unavailable) {
      errors_.add();
    }
    co_return std::move(reply).error();
  }
  if ((*reply)->type == ReplyType::error && !(*reply)->text.starts_with("NOSCRIPT")) {
    Error const error(ErrorKind::unavailable, (*reply)->text);
    errors_.add();
    note_failure(error, false);
    co_return not_known(error);
  }
  ok_.add();
  errors_in_a_row_ = 0;
  co_return reply;
}

Async<> RedisPipeline::close() {
  is_closed_ = true;
  is_healthy_ = false;
  healthy_level_.set(0);
  Error const closed(ErrorKind::unavailable, "the store is closed");
  fail_all(std::exchange(waiting_, {}), closed);
  fail_all(std::exchange(sent_, {}), closed);
  DAVIT_CO_CHECK(co_await scope_.stop(Duration::zero()));
  co_return co_await connection_.close();
}

Result<> RedisPipeline::admit(std::size_t bytes) const {
  if (is_closed_) return Error(ErrorKind::unavailable, "the store is closed");
  if (bytes > options_.max_queued_bytes || bytes > options_.max_answer_bytes) {
    return Error(ErrorKind::invalid_input, "too large for the store");
  }
  if (!is_healthy_) return Error(ErrorKind::unavailable, "the store does not answer");
  auto const queued = waiting_bytes_ + connection_.queued_bytes();
  if (waiting_.size() + sent_.size() >= options_.max_in_flight ||
      queued + bytes > options_.max_queued_bytes) {
    return Error(ErrorKind::unavailable, "too much waits for the store");
  }
  return {};
}

Async<std::unique_ptr<RedisReply>> RedisPipeline::exchange(std::string command, Duration limit) {
  auto const call = std::make_shared<Call>(executor_);
  if (connection_.is_up()) {
    connection_.send(command);
    sent_.push_back(call);
  } else {
    waiting_bytes_ += command.size();
    call->command = std::move(command);
    waiting_.push_back(call);
  }
  auto const woken = co_await call->done.wait_for(limit);
  if (call->outcome) co_return *std::move(call->outcome);
  call->is_abandoned = true;
  if (!woken) co_return woken.error();
  co_return Error(ErrorKind::timeout, "the store did not answer in time");
}

void RedisPipeline::on_up() {
  std::string commands;
  for (auto& call : std::exchange(waiting_, {})) {
    if (call->is_abandoned) continue;
    commands += std::exchange(call->command, {});
    sent_.push_back(std::move(call));
  }
  waiting_bytes_ = 0;
  if (!commands.empty()) connection_.send(commands);
  set_healthy();
}

Result<> RedisPipeline::on_reply(std::unique_ptr<RedisReply> reply) {
  if (sent_.empty()) return Error(ErrorKind::protocol, "a reply that nobody asked for");
  auto const call = std::move(sent_.front());
  sent_.pop_front();
  if (!call->is_abandoned) call->finish(std::move(reply));
  return {};
}

void RedisPipeline::on_down(const Error& why, bool was_up) {
  fail_all(std::exchange(sent_, {}), not_known(why));
  if (was_up && why.kind() != ErrorKind::protocol) return;  // perhaps it is back at once
  fail_all(std::exchange(waiting_, {}), not_known(why));
  waiting_bytes_ = 0;
  note_failure(why, true);
}

void RedisPipeline::fail_all(Calls calls, const Error& why) {
  for (auto const& call : calls) call->finish(why);
}

void RedisPipeline::note_failure(const Error& why, bool is_grave) {
  if (!is_healthy_ || is_closed_) return;
  if (!is_grave && ++errors_in_a_row_ < options_.max_errors) return;
  is_healthy_ = false;
  healthy_level_.set(0);
  logger_.warn(
      fmt::format(
          "the store at {} {}; sessions go on without shared history",
          options_.address.text(),
          in_words(why.kind())
      ),
      {{"error", why.message()}}
  );
  watch_now_.notify();
}

void RedisPipeline::set_healthy() {
  errors_in_a_row_ = 0;
  if (is_closed_ || (is_healthy_ && is_known_)) return;
  logger_.info(
      fmt::format("the store at {} answers{}", options_.address.text(), is_known_ ? " again" : "")
  );
  is_healthy_ = true;
  is_known_ = true;
  healthy_level_.set(1);
}

Async<> RedisPipeline::keep_watch() {
  while (true) {
    auto const woken =
        co_await watch_now_.wait_for(is_healthy_ ? options_.heartbeat : options_.pause);
    if (!woken) co_return woken.error();
    if (*woken || !connection_.is_up()) continue;  // the connection comes back by itself
    auto const answer = co_await exchange(encode_command({"PING"}), options_.connect_limit);
    if (!answer && answer.error().kind() == ErrorKind::cancelled) co_return answer.error();
    if (answer && (*answer)->type != ReplyType::error) {
      set_healthy();
      continue;
    }
    if (answer) continue;  // such as LOADING: it is there, and not ready
    note_failure(answer.error(), true);
    connection_.drop();
  }
}

}  // namespace davit::mcp
