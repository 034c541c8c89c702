// Endpoint: one MCP server as it is served, for all transports and eras at once. A transport turns
// what it receives into an Exchange or a call of one of the functions below; everything behind that
// (limits, time, sessions, questions to the client, tasks, subscriptions) is the same for all.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/event.h"
#include "mcp/dispatch.h"
#include "mcp/exchange.h"
#include "mcp/live_sessions.h"
#include "mcp/tasks.h"
#include "mcp/write_behind.h"

namespace davit::mcp {

struct EndpointOptions {
  // Longest run of a tool that does not say otherwise. Below the drain and balancer limits behind
  // it.
  std::chrono::milliseconds call_timeout{25'000};
  // How long a legacy client may take to answer what a handler asks.
  std::chrono::milliseconds ask_timeout{300'000};
  // Greatest age of a stream that only waits for news, give or take a tenth: below the delay after
  // which a load balancer cuts what is left on a server that it has deregistered.
  std::chrono::milliseconds stream_max_age{240'000};
  std::size_t max_calls = 512;  // running at once, of all clients
  std::size_t max_calls_per_principal = 128;
  std::size_t max_listens = 20'000;  // open subscriptions/listen
  std::size_t max_rounds = 16;       // of questions, in one legacy call
  std::size_t max_batch = 50;        // messages
  SessionLimits sessions;
  TaskLimits tasks;
  DispatchOptions dispatch;
};

// What an endpoint works with. Everything passed by reference must outlive it.
struct EndpointParts {
  Executor executor;
  const KeyRing& ring;
  const Clock& clock;
  Store& store;
  ReplicaId self;
  Counters& counters;
  log::Logger logger;
};

// Something that stays open for news alone, and may be closed politely: its client comes back.
class LongStream {
 public:
  virtual ~LongStream() = default;
  virtual void close_politely() = 0;
};

class Endpoint {
 public:
  // `server` must outlive the endpoint.
  Endpoint(const Server& server, EndpointParts parts, EndpointOptions options);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // Requests --------------------------------------------------------------------------------------

  // Fills in what a modern request says of itself. Its header checks have passed. A refusal: log
  // level, requestState or inputResponses are wrong.
  std::optional<Refusal> complete_modern(Exchange& exchange) const;

  // Fills in what its session says.
  void complete_legacy(Exchange& exchange, Session session) const;

  // Serves the request. It may be done when this returns, and `finished` called. A refusal: too
  // much is running, or a call with this id still is.
  std::optional<Refusal> start(const std::shared_ptr<Exchange>& exchange);

  // The client wants no answer any more: it left, or said so.
  void cancel(Exchange& exchange);

  // Legacy sessions -------------------------------------------------------------------------------

  // Answers `initialize`: fills in `exchange.session` when that succeeds, and finishes it.
  void initialize(Exchange& exchange);

  // The session that a token names, when it is one of this server and principal, not expired and
  // not revoked. The refusal is 404: the client then starts a new one.
  tl::expected<Session, Refusal> find_session(std::string_view token, const Principal& principal)
      const;

  // To be awaited before a session is served that is at home elsewhere. Errors: cancelled.
  Async<> adopt(Session session) { return live_.adopt(std::move(session)); }

  // A notification of the client. What is unknown is dropped.
  void notify(const jsonrpc::Message& message, const Session& session);
  // The client's reply to a request of ours. What is unknown is dropped.
  void reply(const jsonrpc::Message& message, const Session& session);
  // Which replica asked, by the id of its request.
  std::optional<ReplicaId> maker_of_ask(const jsonrpc::Id& id) const;

  // Ends it: cancels what runs, and refuses its id from now on.
  void end_session(const Session& session);

  LiveSessions& live() { return live_; }

  // Long streams ----------------------------------------------------------------------------------

  // Has it closed politely when its age is reached or the endpoint drains, whichever comes first;
  // at once when it drains already. Answers its number for `forget`.
  std::uint64_t watch(LongStream& stream);
  void forget(std::uint64_t number);

  // Draining and the end --------------------------------------------------------------------------

  // From now on long streams end, politely; calls go on.
  void drain();
  bool is_draining() const { return draining_; }
  std::size_t running() const { return calls_; }

  // Waits up to `grace` for what runs, then cancels it.
  Async<> stop(Duration grace);

  const Dispatcher& dispatcher() const { return dispatcher_; }
  const EndpointParts& parts() const { return parts_; }
  const EndpointOptions& options() const { return options_; }
  WriteBehind& behind() { return behind_; }
  // As it stands in tokens.
  const std::string& name() const { return name_; }

 private:
  struct Listen;
  struct PendingAsk;

  std::optional<Refusal> admit(Exchange& exchange);
  void release(Exchange& exchange);
  bool serve_session(const std::shared_ptr<Exchange>& exchange);
  // Nothing for a method that is not a session's.
  std::optional<Outcome> do_for_session(Exchange& exchange);
  Async<> finish_confirmed(std::shared_ptr<Exchange> exchange, Outcome outcome);
  Async<> serve(std::shared_ptr<Exchange> exchange);
  Async<Outcome> first_round(const std::shared_ptr<Exchange>& exchange);
  Async<Outcome> further_rounds(std::shared_ptr<Exchange> exchange, Reply reply);
  Async<Outcome> guarded_dispatch(std::shared_ptr<Call> call);
  void become_waiting(const std::shared_ptr<Exchange>& exchange);
  void arm_limit(const std::shared_ptr<Exchange>& exchange);
  Async<> enforce_limit(std::weak_ptr<Exchange> weak, std::chrono::milliseconds limit);
  std::chrono::milliseconds limit_of(const Exchange& exchange) const;
  Outcome timeout_outcome(Exchange& exchange) const;
  Async<Answers> ask_client(std::weak_ptr<Exchange> weak, std::vector<InputRequest> requests);

  void finish(Exchange& exchange, Outcome outcome);
  void finish_unanswered(Exchange& exchange);
  void cancel_all(const LiveSessions::Running& calls);
  void end(Exchange& exchange);
  Histogram& durations_of(const Exchange& exchange);
  std::string in_era(const Exchange& exchange, Reply reply) const;

  std::optional<Refusal> listen(const std::shared_ptr<Exchange>& exchange);
  void end_listen(std::uint64_t number);
  void on_change(const Change& change);
  void deliver_change(const Change& change);
  void on_published_change(std::string_view text);
  void on_task_change(std::string_view id, const std::string& members);
  void close_longest();
  Async<> keep_house();

  const Server& server_;
  EndpointParts parts_;
  EndpointOptions options_;
  std::string name_;
  Dispatcher dispatcher_;
  WriteBehind behind_;
  LiveSessions live_;
  mutable SessionCache opened_sessions_;
  Counter& running_level_;
  Counter& listens_level_;
  Counter& opened_;
  Counter& closed_of_age_;
  Counter& closed_to_drain_;
  Counter& asks_level_;
  Counter& unanswered_;
  std::array<Counter*, 5> ended_{};
  std::map<std::string, Histogram*, std::less<>> durations_;  // by method
  std::string modern_meta_;  // `"_meta":{...}` of every modern result

  bool draining_ = false;
  std::size_t calls_ = 0;
  std::map<std::string, std::size_t, std::less<>> calls_of_;  // by principal
  std::map<std::uint64_t, PendingAsk*> asks_;
  std::uint64_t last_ask_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Listen>> listens_;
  std::uint64_t last_listen_ = 0;
  using Due = std::multimap<std::chrono::steady_clock::time_point, std::uint64_t>;
  std::map<std::uint64_t, std::pair<LongStream*, Due::iterator>> long_streams_;
  Due long_streams_due_;
  std::uint64_t last_long_stream_ = 0;
  std::size_t listener_ = 0;
  TaskScope scope_;
  TaskScope background_;
  Tasks tasks_;
};

}  // namespace davit::mcp
