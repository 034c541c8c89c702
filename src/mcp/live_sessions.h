// LiveSessions: what a replica holds of legacy sessions beyond their sealed ids: log level,
// subscriptions, calls that run, where unasked messages go, and what has been revoked. A session
// that needs none of it costs nothing.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/counters.h"
#include "jsonrpc/message.h"
#include "mcp/session.h"
#include "mcp/write_behind.h"

namespace davit::mcp {

struct Exchange;

struct SessionLimits {
  std::chrono::seconds lifetime{24 * 3600};
  // Live state of a session that nobody uses.
  std::chrono::seconds idle{15 * 60};
  std::size_t max_live = 20'000;
  std::size_t max_live_per_principal = 20'000;
  std::size_t max_subscriptions = 1'000;  // of one session
  std::size_t max_revoked = 100'000;
};

// Where messages go that belong to no request.
using SessionSink = std::function<void(const std::string& message)>;

// Use from the loop thread. With a shared store the log level, the subscriptions and revocations
// are written behind, and read by a replica that takes over.
class LiveSessions {
 public:
  LiveSessions(const Clock& clock, WriteBehind& store, SessionLimits limits, Counters& counters);

  // `info` until the session asked for another.
  LogLevel log_level(const Session& session) const;

  // These make live state. False: over the bound, and nothing idle to drop instead.
  bool set_log_level(const Session& session, LogLevel level);
  bool subscribe(const Session& session, const std::string& uri);
  void unsubscribe(const Session& session, const std::string& uri);
  // Remembers a running call, so that it can be cancelled and found again.
  bool add_call(const Session& session, const jsonrpc::Id& id, std::shared_ptr<Exchange> call);
  // The one that was there is replaced. Answers its number for `remove_sink`; 0 over the bound.
  std::uint64_t set_sink(const Session& session, SessionSink sink);
  bool has_sink(const Session& session) const;
  // Whether it was not replaced.
  bool is_sink(const std::string& session, std::uint64_t number) const;
  // Another one beside it that hears the same, for a moment, until `remove_sink`.
  std::uint64_t add_listener(const Session& session, SessionSink listener);

  void remove_call(const Session& session, const jsonrpc::Id& id);
  void remove_sink(const std::string& session, std::uint64_t number);
  // Whether somebody reads what goes to this sink, as is assumed at first. A session that only has
  // a sink which nobody reads is idle, and may lose it to make room.
  void set_read(const std::string& session, std::uint64_t number, bool is_read);
  // Null pointer when no such call is known here.
  std::shared_ptr<Exchange> find_call(const Session& session, const jsonrpc::Id& id) const;

  // Sends to every session that has a sink; `uri` limits it to those that subscribed to it.
  void send_to_all(const std::string& message, const std::string* uri = nullptr);

  using Running = std::vector<std::shared_ptr<Exchange>>;
  // Forgets the session, and refuses its id until it would have expired. The calls that ran are
  // for the caller to cancel.
  Running revoke(const Session& session);
  bool is_revoked(const std::string& id) const { return revoked_.contains(id); }

  // Before a replica serves a session that is not at home here: takes over what the store knows.
  // Errors: none but cancelled; a store that does not answer leaves the state as it is.
  Async<> adopt(Session session);

  // Waits until all that was written so far is in the store and told to the others, so that a
  // client, once answered, finds it so on any replica. False when it may be lost. Errors: none but
  // cancelled.
  Async<bool> is_written();

  // For a shared store, once: from now on what a session asks of one replica reaches the others
  // that hold state of it, so that it does not matter which of them serves it when its home has
  // gone. `cancel` gets the calls of a session that was ended elsewhere.
  void share(
      const ReplicaId& self, std::string channel, std::function<void(Running running)> cancel
  );

  // The session's messages go to a stream of this replica now: the others hear of it, if they
  // share.
  void tell_moved(const Session& session);
  // Called with the id of a session whose messages go to another replica now, or that has ended.
  void on_moved(std::function<void(const std::string&)> callback) { moved_ = std::move(callback); }

  // Drops what nobody has used. To be called now and then.
  void sweep();

  std::size_t size() const { return live_.size(); }

 private:
  struct Live;
  using Entry = std::pair<const std::string, Live>;  // of live_, where it stays in place
  using Idle = std::list<Entry*>;                    // the one used last is at the end
  struct Share {                                     // of a principal
    std::size_t count = 0;
    Idle idle;
  };
  struct Live {
    std::pair<const std::string, Share>* share = nullptr;  // of shares_
    std::optional<LogLevel> log_level;
    std::set<std::string, std::less<>> subscriptions;
    std::map<jsonrpc::Id, std::shared_ptr<Exchange>> calls;
    SessionSink sink;
    std::uint64_t sink_number = 0;
    std::map<std::uint64_t, SessionSink> listeners;
    bool is_read = false;
    bool adopted = false;
    std::chrono::steady_clock::time_point used;
    bool is_idle = false;  // stands in idle_ and in its share's list
    Idle::iterator place;
    Idle::iterator place_in_share;

    bool is_busy() const { return !calls.empty() || !listeners.empty() || (sink && is_read); }
    bool is_empty() const {
      return calls.empty() && !sink && listeners.empty() && !log_level && subscriptions.empty();
    }
  };

  struct Adoption {
    std::size_t count = 0;            // of those that wait for the store
    std::optional<json::Value> news;  // that came while they wait
  };

  // Null pointer over the bound. `settle` has to follow the use.
  Entry* use(const Session& session);
  bool make_room(const std::string& principal);
  // Drops it when nothing is left of it; puts it behind the other idle ones, or takes it from them.
  void settle(Entry& entry);
  void take_from_idle(Live& live);
  void drop(Entry& entry);
  // What the store has of it; nothing when there is none, or it does not answer. Errors: cancelled.
  Async<std::optional<json::Value>> known_of(Session session);
  void remember(const Session& session, const Live& live);
  static void take_over(Live& live, const json::Value& state);
  Running forget(const Session& session);
  void tell(const Session& session, json::Object news);
  std::string moved_channel() const { return channel_ + ":moved"; }
  void heed(std::string_view text);
  void add_revoked(const std::string& id, std::chrono::sys_seconds expires_at);
  void forget_first();

  const Clock& clock_;
  WriteBehind& store_;
  SessionLimits limits_;
  Counter& level_;
  Counter& dropped_for_room_;
  Counter& dropped_idle_;
  Counter& refused_;
  Counter& refused_subscriptions_;
  Counter& revoked_level_;
  Counter& forgotten_;
  std::unordered_map<std::string, Live> live_;  // by session id
  Idle idle_;
  std::unordered_map<std::string, Share> shares_;       // by principal
  std::unordered_map<std::string, Adoption> adopting_;  // by session id
  std::uint64_t last_sink_ = 0;
  std::string self_;
  std::string channel_;  // empty: nobody shares with this replica
  std::function<void(Running running)> cancel_;
  std::function<void(const std::string&)> moved_ = [](const std::string&) {};
  std::unordered_map<std::string, std::chrono::sys_seconds> revoked_;
  std::set<std::pair<std::chrono::sys_seconds, std::string>> revoked_by_expiry_;
};

}  // namespace davit::mcp
