#include "mcp/store/memory.h"

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <unordered_map>
#include <utility>

#include "async/task_scope.h"
#include "mcp/store/limits.h"

namespace davit::mcp {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

// About what an entry and its places in the indexes take beside its bytes.
constexpr std::size_t kEntryOverhead = 256;

struct Entry;
using Expiry = std::multimap<TimePoint, std::list<Entry>::iterator>;

struct Entry {
  std::string key;
  std::string value;               // of a value
  std::deque<StoredEvent> events;  // of a log
  std::uint64_t last_sequence = 0;
  std::size_t event_bytes = 0;
  Expiry::iterator expires;

  std::size_t bytes() const { return kEntryOverhead + key.size() + value.size() + event_bytes; }
};

// The entries, oldest change first, with one index by key and one by the end of their time.
class Entries {
 public:
  Entries(const Clock& clock, const MemoryStoreLimits& limits) : clock_(clock), limits_(limits) {}

  // Nothing when there is none, or its time is over.
  Entry* find(const std::string& key) {
    auto const found = by_key_.find(key);
    if (found == by_key_.end() || found->second->expires->first <= now()) return nullptr;
    return &*found->second;
  }

  void erase(const std::string& key) {
    if (auto const found = by_key_.find(key); found != by_key_.end()) remove(found->second);
  }

  // Makes `change` to the entry, which is a new one when there is none, and makes room for it.
  template <class Change>
  Result<> change(const std::string& key, std::chrono::milliseconds ttl, Change change) {
    DAVIT_TRY(auto const lives_for, checked_time_to_live(ttl));
    while (!by_expiry_.empty() && by_expiry_.begin()->first <= now()) {
      remove(by_expiry_.begin()->second);
    }
    auto const entry = find_or_add(key);
    by_expiry_.erase(entry->expires);
    entry->expires = by_expiry_.emplace(now() + lives_for, entry);
    entries_.splice(entries_.end(), entries_, entry);

    bytes_ -= entry->bytes();
    change(*entry);
    bytes_ += entry->bytes();
    if (entry->bytes() > limits_.max_bytes) {
      remove(entry);
      return Error(ErrorKind::invalid_input, "larger than the whole store may be");
    }
    while (bytes_ > limits_.max_bytes || entries_.size() > limits_.max_entries) {
      remove(entries_.begin());
    }
    return {};
  }

 private:
  using Place = std::list<Entry>::iterator;

  TimePoint now() const { return clock_.steady_now(); }

  Place find_or_add(const std::string& key) {
    if (auto const found = by_key_.find(key); found != by_key_.end()) return found->second;
    auto const place = entries_.emplace(entries_.end());
    place->key = key;
    place->expires = by_expiry_.emplace(TimePoint::max(), place);
    by_key_.emplace(key, place);
    bytes_ += place->bytes();
    return place;
  }

  void remove(Place place) {
    bytes_ -= place->bytes();
    by_key_.erase(place->key);
    by_expiry_.erase(place->expires);
    entries_.erase(place);
  }

  const Clock& clock_;
  MemoryStoreLimits limits_;
  std::list<Entry> entries_;
  std::unordered_map<std::string, Place> by_key_;
  Expiry by_expiry_;
  std::size_t bytes_ = 0;
};

// Who gets which message. Shared with the delivery that is under way, which may outlive the store.
struct Channels {
  std::map<std::string, std::function<void(std::string_view)>> callbacks;
  std::deque<std::pair<std::string, std::string>> waiting;
  bool is_delivering = false;
};

Async<> deliver(std::shared_ptr<Channels> channels) {
  // Not inside `publish`: whoever publishes does not expect to be called back meanwhile.
  DAVIT_CO_CHECK(co_await sleep_for(Duration::zero()));
  while (!channels->waiting.empty()) {
    auto const [channel, message] = std::move(channels->waiting.front());
    channels->waiting.pop_front();
    auto const found = channels->callbacks.find(channel);
    if (found == channels->callbacks.end()) continue;
    auto const callback = found->second;  // a copy: it may subscribe anew
    callback(message);
  }
  channels->is_delivering = false;
  co_return Result<>();
}

// Values and logs do not see each other, whatever their keys.
std::string value_key(const std::string& key) { return "v:" + key; }
std::string log_key(const std::string& log) { return "l:" + log; }

class MemoryStore final : public Store {
 public:
  MemoryStore(Executor executor, const Clock& clock, const MemoryStoreLimits& limits)
      : limits_(limits), entries_(clock, limits), scope_(std::move(executor), log::Logger()) {}

  ~MemoryStore() override { forget_channels(); }

  bool is_shared() const override { return false; }
  bool is_healthy() const override { return !is_closed_; }

  Async<> put(std::string key, std::string value, std::chrono::milliseconds ttl) override {
    DAVIT_CO_CHECK(check_open());
    auto set = [&](Entry& entry) { entry.value = std::move(value); };
    co_return entries_.change(value_key(key), ttl, set);
  }

  Async<std::optional<std::string>> get(std::string key) override {
    DAVIT_CO_CHECK(check_open());
    co_return find_value(key);
  }

  Async<std::optional<std::string>> claim(
      std::string key, std::string value, std::chrono::milliseconds ttl
  ) override {
    DAVIT_CO_CHECK(check_open());
    DAVIT_CO_CHECK(checked_time_to_live(ttl));
    if (auto standing = find_value(key)) co_return standing;
    DAVIT_CO_CHECK(co_await put(std::move(key), std::move(value), ttl));
    co_return std::nullopt;
  }

  Async<> erase(std::string key) override {
    DAVIT_CO_CHECK(check_open());
    entries_.erase(value_key(key));
    co_return Result<>();
  }

  Async<> append(std::string log, StoredEvent event, LogLimits limits) override {
    DAVIT_CO_CHECK(check_open());
    DAVIT_CO_CHECK(checked_time_to_live(limits.age));
    auto const* known = entries_.find(log_key(log));
    if (event.sequence <= (known == nullptr ? 0 : known->last_sequence)) co_return Result<>();
    auto const most = std::min(limits.max_bytes, limits_.max_bytes / 2);
    auto add = [&](Entry& entry) {
      entry.last_sequence = event.sequence;
      entry.event_bytes += event.text.size() + kEventOverhead;
      entry.events.push_back(std::move(event));
      while (entry.event_bytes > most) {
        entry.event_bytes -= entry.events.front().text.size() + kEventOverhead;
        entry.events.pop_front();
      }
    };
    co_return entries_.change(log_key(log), limits.age, add);
  }

  Async<std::vector<StoredEvent>> read(std::string log, std::uint64_t after) override {
    DAVIT_CO_CHECK(check_open());
    std::vector<StoredEvent> later;
    if (auto const* entry = entries_.find(log_key(log))) {
      for (auto const& event : entry->events) {
        if (event.sequence > after) later.push_back(event);
      }
    }
    co_return later;
  }

  Async<> publish(std::string channel, std::string message) override {
    DAVIT_CO_CHECK(check_open());
    if (channels_->waiting.size() >= limits_.max_waiting_messages) {
      co_return Error(ErrorKind::unavailable, "too many messages wait for their delivery");
    }
    channels_->waiting.emplace_back(std::move(channel), std::move(message));
    if (!std::exchange(channels_->is_delivering, true)) {
      scope_.spawn("deliver stored messages", deliver(channels_));
    }
    co_return Result<>();
  }

  void subscribe(std::string channel, std::function<void(std::string_view)> callback) override {
    channels_->callbacks.insert_or_assign(std::move(channel), std::move(callback));
  }

  Async<> close() override {
    is_closed_ = true;
    forget_channels();
    co_return co_await scope_.stop(Duration::zero());
  }

 private:
  Result<> check_open() const {
    if (is_closed_) return Error(ErrorKind::unavailable, "the store is closed");
    return {};
  }

  std::optional<std::string> find_value(const std::string& key) {
    auto const* entry = entries_.find(value_key(key));
    if (entry == nullptr) return std::nullopt;
    return entry->value;
  }

  void forget_channels() {
    channels_->callbacks.clear();
    channels_->waiting.clear();
  }

  MemoryStoreLimits limits_;
  Entries entries_;
  std::shared_ptr<Channels> channels_ = std::make_shared<Channels>();
  TaskScope scope_;
  bool is_closed_ = false;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(
    Executor executor, const Clock& clock, MemoryStoreLimits limits
) {
  return std::make_unique<MemoryStore>(std::move(executor), clock, limits);
}

}  // namespace davit::mcp
