#include "mcp/store/redis.h"

#include <charconv>
#include <cstdlib>
#include <hiredis/hiredis.h>
#include <limits>
#include <utility>

#include "mcp/store/limits.h"
#include "mcp/store/redis_codec.h"
#include "mcp/store/redis_pipeline.h"
#include "mcp/store/redis_subscriber.h"

namespace davit::mcp {
namespace {

// The codec ---------------------------------------------------------------------------------------

// No answer of ours has more, inner ones included: the server's word alone must not reserve memory.
constexpr std::size_t kMostElements = 1U << 20U;

// hiredis builds a tree through these. What they return belongs to the element above; null makes
// the reader fail.
void* place(const redisReadTask* task, std::unique_ptr<RedisReply> reply) {
  auto* const made = reply.release();
  if (task->parent != nullptr) {
    auto* const above = static_cast<RedisReply*>(task->parent->obj);
    above->elements[static_cast<std::size_t>(task->idx)].reset(made);
  }
  return made;
}

std::unique_ptr<RedisReply> make_reply(ReplyType type) {
  auto reply = std::make_unique<RedisReply>();
  reply->type = type;
  return reply;
}

void* create_text(const redisReadTask* task, char* text, std::size_t size) {
  auto const is_error = task->type == REDIS_REPLY_ERROR;
  auto reply = make_reply(is_error ? ReplyType::error : ReplyType::text);
  reply->text.assign(text, size);
  return place(task, std::move(reply));
}

void* create_integer(const redisReadTask* task, long long value) {
  auto reply = make_reply(ReplyType::integer);
  reply->integer = value;
  return place(task, std::move(reply));
}

void* create_nil(const redisReadTask* task) { return place(task, make_reply(ReplyType::nil)); }

// The type of a count is int in hiredis 0.14 and size_t in 1.0.
template <class Count>
void* create_array(const redisReadTask* task, Count count) {
  auto const size = static_cast<std::size_t>(count);
  auto& elements_left = *static_cast<std::size_t*>(task->privdata);
  if (size > elements_left) return nullptr;
  elements_left -= size;
  auto reply = make_reply(ReplyType::array);
  reply->elements.resize(size);
  return place(task, std::move(reply));
}

void free_reply(void* reply) { delete static_cast<RedisReply*>(reply); }

template <class... Value>
void* refuse(const redisReadTask*, Value...) {
  return nullptr;
}

// hiredis 1.0 knows the types of RESP 3, which a server sends only to who asked for them.
template <class Functions>
Functions reply_functions() {
  Functions functions{};
  functions.createString = create_text;
  functions.createArray = create_array;
  functions.createInteger = create_integer;
  functions.createNil = create_nil;
  functions.freeObject = free_reply;
  if constexpr (requires { functions.createDouble; }) {
    functions.createDouble = refuse;
    functions.createBool = refuse;
  }
  return functions;
}

class HiredisReader final : public ReplyReader {
 public:
  explicit HiredisReader(std::size_t max_reply_bytes)
      : max_bytes_(max_reply_bytes), reader_(redisReaderCreateWithFunctions(&functions_)) {
    reader_->privdata = &elements_left_;
  }

  Result<> feed(std::string_view bytes) override {
    bytes_ += bytes.size();
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return broken();
    return {};
  }

  Result<std::unique_ptr<RedisReply>> next() override {
    void* made = nullptr;
    if (redisReaderGetReply(reader_.get(), &made) != REDIS_OK) return broken();
    std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(made));
    if (reply) {
      bytes_ = reader_->len - reader_->pos;
      elements_left_ = kMostElements;
    } else if (bytes_ > max_bytes_) {
      return Error(ErrorKind::unavailable, "an answer is larger than the limit");
    }
    return reply;
  }

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };

  Error broken() const {
    // hiredis takes a null of the functions above for this.
    if (reader_->err == REDIS_ERR_OOM) {
      return {ErrorKind::protocol, "a reply of a type or a length that no answer of ours has"};
    }
    return {ErrorKind::protocol, redisReaderGetError(reader_.get())};
  }

  redisReplyObjectFunctions functions_ = reply_functions<redisReplyObjectFunctions>();
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;  // of the reply that is not yet whole
  std::size_t elements_left_ = kMostElements;
  std::unique_ptr<redisReader, Free> reader_;
};

// The store ---------------------------------------------------------------------------------------

// A script, and the hash that the server knows it by once it has seen it.
struct Script {
  std::string_view sha1;
  std::string_view text;
};

// SET with both NX and GET would do, but only from Redis 7.0 on.
constexpr Script kClaim{
    "ad0e99fd6dc4b54db4ee2390498a95c3260fcfe2",
    "local standing = redis.call('GET', KEYS[1]) "
    "if standing then return standing end "
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) "
    "return false"
};

// A log is a stream, whose ids are the sequence numbers: so the server itself compares all 64 bits
// of them (numbers in Lua have 53), refuses what is not higher than the last one even when nothing
// is left in the log, and finds what comes after one. Each entry says how many bytes came before it
// (b), so that the first and the last tell the bytes of the whole log in one key; MAXLEN would
// count entries only.
constexpr std::string_view kAppend =
    "local log, size, most = KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4]) "
    "local before = 0 "
    "local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1] "
    "if last then before = tonumber(last[2][2]) + tonumber(last[2][4]) end "
    "local added = redis.pcall('XADD', log, ARGV[1] .. '-0', "
    "'b', string.format('%.0f', before), 's', ARGV[3], 't', ARGV[2]) "
    "if type(added) == 'table' and added.err then "
    "if string.find(added.err, 'equal or smaller', 1, true) then return 0 end "
    "return added end "
    "redis.call('PEXPIRE', log, ARGV[5]) "
    "local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1] "
    "while first and before + size - tonumber(first[2][2]) > most do "
    "redis.call('XDEL', log, first[1]) "
    "first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1] end "
    "return 1";

Error unexpected_reply() {
  return Error(ErrorKind::unavailable, "the store failed").with_detail("a reply of another type");
}

// The text of an entry of a stream: its id, and the fields b, s and t with their values.
Result<StoredEvent> to_event(const RedisReply& entry) {
  if (entry.elements.size() != 2 || entry.elements[1]->elements.size() != 6) {
    return unexpected_reply();
  }
  StoredEvent event;
  auto const& id = entry.elements[0]->text;
  auto const parsed = std::from_chars(id.data(), id.data() + id.size(), event.sequence);
  if (parsed.ec != std::errc()) return unexpected_reply();
  event.text = std::move(entry.elements[1]->elements[5]->text);
  return event;
}

class RedisStore final : public Store {
 public:
  RedisStore(Executor executor, RedisOptions options, Counters& counters, log::Logger logger)
      : options_(std::move(options)),
        pipeline_(executor, options_, counters, logger),
        subscriber_(executor, options_, logger) {
    pipeline_.start();
  }

  bool is_shared() const override { return true; }
  bool is_healthy() const override { return pipeline_.is_healthy(); }

  Async<> put(std::string key, std::string value, std::chrono::milliseconds ttl) override {
    DAVIT_CO_TRY(auto const lives_for, checked_time_to_live(ttl));
    auto const name = value_key(key);
    auto const milliseconds = std::to_string(lives_for.count());
    auto command = encode_command({"SET", name, value, "PX", milliseconds});
    DAVIT_CO_CHECK(co_await pipeline_.ask(std::move(command)));
    co_return Result<>();
  }

  Async<std::optional<std::string>> get(std::string key) override {
    auto const name = value_key(key);
    auto command = encode_command({"GET", name});
    DAVIT_CO_TRY(auto const reply, co_await pipeline_.ask(std::move(command)));
    co_return to_value(*reply);
  }

  Async<std::optional<std::string>> claim(
      std::string key, std::string value, std::chrono::milliseconds ttl
  ) override {
    DAVIT_CO_TRY(auto const lives_for, checked_time_to_live(ttl));
    std::vector<std::string> words;
    words.push_back(value_key(key));
    words.push_back(std::move(value));
    words.push_back(std::to_string(lives_for.count()));
    DAVIT_CO_TRY(auto const reply, co_await run(kClaim, std::move(words)));
    co_return to_value(*reply);
  }

  Async<> erase(std::string key) override {
    auto const name = value_key(key);
    auto command = encode_command({"DEL", name});
    DAVIT_CO_CHECK(co_await pipeline_.ask(std::move(command)));
    co_return Result<>();
  }

  Async<> append(std::string log, StoredEvent event, LogLimits limits) override {
    DAVIT_CO_TRY(auto const age, checked_time_to_live(limits.age));
    if (event.sequence == 0) co_return Result<>();  // not higher than that of an empty log
    // Half, since an event takes more bytes in the answer to `read` than it counts here.
    auto const most = std::min(limits.max_bytes, options_.max_answer_bytes / 2);
    std::vector<std::string> words;
    // With its whole text each time: by its hash, a later event could overtake one that has to be
    // sent again because the server does not know the script yet.
    words.emplace_back("EVAL");
    words.emplace_back(kAppend);
    words.emplace_back("1");
    words.push_back(log_key(log));
    words.push_back(std::to_string(event.sequence));
    words.push_back(std::move(event.text));
    words.push_back(std::to_string(words.back().size() + kEventOverhead));
    words.push_back(std::to_string(most));
    words.push_back(std::to_string(age.count()));
    auto command = encode_command({words.begin(), words.end()});
    DAVIT_CO_CHECK(co_await pipeline_.ask(std::move(command)));
    co_return Result<>();
  }

  Async<std::vector<StoredEvent>> read(std::string log, std::uint64_t after) override {
    std::vector<StoredEvent> events;
    if (after == std::numeric_limits<std::uint64_t>::max()) co_return events;
    auto const name = log_key(log);
    auto const first = std::to_string(after + 1);
    auto command = encode_command({"XRANGE", name, first, "+"});
    DAVIT_CO_TRY(auto const reply, co_await pipeline_.ask(std::move(command)));
    if (reply->type != ReplyType::array) co_return unexpected_reply();
    for (auto const& entry : reply->elements) {
      DAVIT_CO_TRY(auto event, to_event(*entry));
      events.push_back(std::move(event));
    }
    co_return events;
  }

  Async<> publish(std::string channel, std::string message) override {
    auto const name = channel_name(channel);
    auto command = encode_command({"PUBLISH", name, message});
    DAVIT_CO_CHECK(co_await pipeline_.ask(std::move(command)));
    co_return Result<>();
  }

  void subscribe(std::string channel, std::function<void(std::string_view)> callback) override {
    subscriber_.subscribe(channel_name(channel), std::move(callback));
  }

  Async<> close() override {
    DAVIT_CO_CHECK(co_await subscriber_.close());
    co_return co_await pipeline_.close();
  }

 private:
  // Values and logs do not see each other, whatever their keys.
  std::string value_key(const std::string& key) const { return options_.prefix + "v:" + key; }
  std::string log_key(const std::string& log) const { return options_.prefix + "l:" + log; }
  std::string channel_name(const std::string& name) const { return options_.prefix + "c:" + name; }

  static Result<std::optional<std::string>> to_value(RedisReply& reply) {
    if (reply.type == ReplyType::nil) return std::nullopt;
    if (reply.type != ReplyType::text) return unexpected_reply();
    return std::move(reply.text);
  }

  // `words`: the key, and what the script calls ARGV.
  Async<std::unique_ptr<RedisReply>> run(Script script, std::vector<std::string> words) {
    std::vector<std::string_view> command = {"EVALSHA", script.sha1, "1"};
    command.insert(command.end(), words.begin(), words.end());
    auto reply = co_await pipeline_.ask(encode_command(command));
    if (!reply || (*reply)->type != ReplyType::error) co_return reply;
    command[0] = "EVAL";  // a server that does not know the script yet
    command[1] = script.text;
    co_return co_await pipeline_.ask(encode_command(command));
  }

  RedisOptions options_;
  RedisPipeline pipeline_;
  RedisSubscriber subscriber_;
};

}  // namespace

std::unique_ptr<ReplyReader> make_reply_reader(std::size_t max_reply_bytes) {
  return std::make_unique<HiredisReader>(max_reply_bytes);
}

std::string encode_command(const std::vector<std::string_view>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (auto const word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  auto const size = redisFormatCommandArgv(
      &formatted, static_cast<int>(words.size()), texts.data(), sizes.data()
  );
  if (size < 0) std::abort();  // out of memory
  std::string command(formatted, static_cast<std::size_t>(size));
  redisFreeCommand(formatted);
  return command;
}

std::unique_ptr<Store> make_redis_store(
    Executor executor, RedisOptions options, Counters& counters, log::Logger logger
) {
  return std::make_unique<RedisStore>(
      std::move(executor), std::move(options), counters, std::move(logger)
  );
}

}  // namespace davit::mcp
