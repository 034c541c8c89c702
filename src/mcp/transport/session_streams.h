// SessionStreams: the event streams of legacy sessions over Streamable HTTP. A stream is more than
// the connection that carries it: its events have ids, are kept for a while, and a client that lost
// its connection takes the stream up again with Last-Event-ID (MCP 2025-11-25, basic/transports,
// "Resumability and Redelivery").
//
// An event id is "<sealed name of the stream>.<number>". The name says which replica holds the
// stream, so that any other knows where to send its reader.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "async/event.h"
#include "http/event_stream.h"
#include "mcp/endpoint.h"

namespace davit::mcp::transport {

struct HistoryLimits {
  std::size_t max_bytes_per_session = 256 * 1024;
  std::size_t max_bytes = 64 * 1024 * 1024;
  // Streams that ended, or that nobody reads, with and without events.
  std::size_t max_streams = 100'000;
  // Of a stream that ended, or that nobody reads.
  std::chrono::milliseconds age{5 * 60'000};
};

// What an event id says.
struct StreamName {
  std::string session;  // id
  ReplicaId maker;
  std::uint64_t number = 0;
  std::optional<jsonrpc::Id> request;  // of a stream that answers one; short ids only
  bool answers = false;                // one, even when its id is too long to stand here

  bool operator==(const StreamName&) const = default;
  std::string seal(const KeyRing& ring) const;
  static std::optional<StreamName> open(const KeyRing& ring, std::string_view token);
};
struct EventId {
  StreamName stream;
  std::uint64_t number = 0;

  static std::optional<EventId> parse(const KeyRing& ring, std::string_view text);
};

// What a stream says before it is closed so that its client comes back, to those of 2025-11-25 on
// when: soon, for it misses nothing that way, but not at once, so that a balancer has taken a
// replica that drains out by then. Older clients stumble over that, and get a comment.
std::string farewell(Revision revision, std::chrono::milliseconds retry);
constexpr std::chrono::milliseconds kRetryAfterClose{500};

class SessionStreams;

// One stream. Use from the loop thread.
class SessionStream final : public LongStream, public std::enable_shared_from_this<SessionStream> {
 public:
  SessionStream(SessionStreams& owner, const Session& session, StreamName name);
  ~SessionStream() override;
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;

  // A connection for what was said since nobody read it.
  std::shared_ptr<http::EventStream> rejoin() { return attach(left_at_); }
  // A connection for the events behind `after`; one that there was is closed. A new stream for a
  // client from 2025-11-25 on begins with a priming event; older clients stumble over one.
  std::shared_ptr<http::EventStream> attach(std::uint64_t after);
  // Something was said behind the event.
  bool has_news(std::uint64_t after) const { return last_ > after; }
  bool is_attached() const { return events_ != nullptr && events_->is_open(); }

  void send(std::string_view message);
  // The last event, which ends the stream. An empty one just ends it.
  void finish(std::string_view answer);
  bool is_finished() const { return finished_; }

  // Closes the connection and leaves the stream open: its client comes back, after `retry`.
  void release(std::chrono::milliseconds retry);
  void close_politely() override;

  // Messages that belong to no request go to this stream from now on. False: over a bound.
  bool take_session_messages(const Session& session);

  // What the request was whose answer nobody has read yet: set by who finishes it then.
  std::string unread_digest;

  const StreamName& name() const { return name_; }
  const std::string& session() const { return name_.session; }

 private:
  friend class SessionStreams;
  struct Kept {
    std::uint64_t number;
    std::string text;
  };
  std::string frame(std::uint64_t number, std::string_view message) const;
  void keep(std::string_view message, bool is_last);
  void detach();
  bool primes() const { return revision_ >= Revision::v2025_11_25; }
  // Its client, once sent away, asks for it where it was.
  bool will_return_here() const { return primes() || last_ > 0 || is_at_home_; }
  // One that still waits for its answer stays, read or not.
  bool may_go() const { return !is_attached() && (finished_ || !name_.request); }

  SessionStreams& owner_;
  StreamName name_;
  std::string token_;
  std::string log_;  // its name in the store
  Revision revision_;
  bool is_at_home_;  // its session is at home on this replica
  std::uint64_t last_ = 0;
  std::uint64_t left_at_ = 0;  // the last event when its reader left
  std::deque<Kept> kept_;
  std::shared_ptr<http::EventStream> events_;
  bool finished_ = false;
  std::chrono::steady_clock::time_point unread_since_;
  std::uint64_t sink_ = 0;   // its number in LiveSessions
  std::uint64_t watch_ = 0;  // its number among the endpoint's long streams
  bool is_known_ = false;    // can be found, and forgotten
  bool is_unread_ = false;   // stands in the owner's list
  std::list<SessionStream*>::iterator place_;
};

class SessionStreams {
 public:
  // The endpoint must outlive this.
  SessionStreams(Endpoint& endpoint, HistoryLimits limits, std::size_t max_stream_bytes);
  ~SessionStreams();
  SessionStreams(const SessionStreams&) = delete;
  SessionStreams& operator=(const SessionStreams&) = delete;

  // A new stream: for the answer to `request`, or for messages that belong to none.
  std::shared_ptr<SessionStream> open(
      const Session& session, const std::optional<jsonrpc::Id>& request
  );
  // Null pointer for one that is not, or no longer, here.
  std::shared_ptr<SessionStream> find(const StreamName& name) const;

  // The finished stream that answers the request, when nobody has read it.
  std::shared_ptr<SessionStream> find_unread(const Session& session, const jsonrpc::Id& request)
      const;

  // The stream that gets what belongs to no request of the session, when it is here and nobody
  // reads it.
  std::shared_ptr<SessionStream> find_left(const std::string& session) const;

  // What a shared store kept of a stream whose maker has gone, behind an event: messages, in order.
  // `ended` when its last one is among them. Errors: as Store::read.
  struct Rest {
    std::vector<StoredEvent> events;
    bool ended = false;
  };
  Async<Rest> rest_of(EventId id);

  // A stream for the messages of the session; perhaps in the place of one whose maker has gone or
  // sends its readers away. With a shared store, what that one had to say behind the event comes
  // first, and what it had to say since a draining replica sent the reader away; nothing that is
  // said meanwhile is lost, or said twice. Null pointer over a bound, and when the session was
  // ended meanwhile. Errors: cancelled.
  Async<std::shared_ptr<SessionStream>> go_on(Session session, std::optional<EventId> last);

  // For a replica that drains: until the readers it sent away have moved on to another one, or
  // `limit` has passed, or five seconds from the drain on. What is said meanwhile is kept here.
  // Errors: cancelled.
  Async<> wait_for_readers(Duration limit);
  // The session's reader has found another replica, or is on its way there.
  void moved_on(const std::string& session);

  // Drops what is too old. To be called now and then.
  void sweep();
  std::size_t bytes() const { return bytes_; }

 private:
  friend class SessionStream;
  // Takes note of an event that a stream keeps, or keeps no more.
  void add(SessionStream& stream, std::size_t bytes);
  void drop_oldest(SessionStream& stream);
  void make_room(const std::string& session);
  // Its reader is awaited; in a shared store it is noted where that was.
  void note_left(const SessionStream& stream);
  void stop_listening(const std::string& session);
  // All of these: what the store has of it. Errors: cancelled.
  Async<std::optional<EventId>> noted_left(std::string session);
  Async<std::vector<std::string>> missed(std::optional<EventId> last, std::optional<EventId> left);
  Async<std::vector<std::string>> catch_up(
      Session session, std::optional<EventId> last, std::optional<EventId> left
  );
  // Puts it among those that nobody reads, when it belongs there, or takes it from them.
  void settle(SessionStream& stream);
  void take_from_unread(SessionStream& stream);
  void forget_first();

  Endpoint& endpoint_;
  HistoryLimits limits_;
  std::size_t max_stream_bytes_;
  Counter& bytes_level_;
  Counter& dropped_of_session_;
  Counter& dropped_for_room_;
  Counter& unread_level_;
  Counter& unread_for_room_;
  Counter& unread_too_old_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  // Streams that keep events, in all and by session id: the oldest gives its events first.
  std::map<std::uint64_t, SessionStream*> keeping_;
  struct Share {
    std::size_t bytes = 0;
    std::map<std::uint64_t, SessionStream*> keeping;
  };
  std::unordered_map<std::string, Share> shares_;
  std::list<SessionStream*> unread_;  // that may go; the one left longest is the first
  std::unordered_map<std::string, SessionStream*> listening_;  // by session, while they are here
  std::unordered_set<std::string> awaited_;  // sessions whose reader was sent away
  std::chrono::steady_clock::time_point awaited_since_;
  Event nobody_is_awaited_;
  std::map<std::uint64_t, std::shared_ptr<SessionStream>> streams_;  // these go first
};

}  // namespace davit::mcp::transport
