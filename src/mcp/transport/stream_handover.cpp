// SessionStreams, the part of streams that move from one replica to another.
#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "mcp/transport/session_streams.h"

namespace davit::mcp::transport {
namespace {

// What a message that reached all replicas takes to stand in the log of each that keeps it.
constexpr std::chrono::milliseconds kBehind{50};
constexpr std::size_t kMaxCollected = 1'000;
// A client whose stream ended comes back within that, or it does not: those of 2025-11-25 are told
// half a second, and what clients choose by themselves is 1 s and then longer.
constexpr std::chrono::seconds kComeBack{5};
// From sending a reader on until the other replica surely hears for it.
constexpr std::chrono::milliseconds kTakenOver{200};

using Messages = std::vector<std::string>;

// The streams of two replicas may both have it. Two that say the same are one: what has changed is
// read anew after either.
void add_once(Messages& messages, std::string message) {
  if (std::ranges::find(messages, message) == messages.end())
    messages.push_back(std::move(message));
}

// Where the reader was whom a draining replica sent away: an event id.
std::string left_key(const std::string& session) { return "left:" + base64url_encode(session); }

}  // namespace

void SessionStreams::note_left(const SessionStream& stream) {
  if (awaited_.empty()) awaited_since_ = endpoint_.parts().clock.steady_now();
  auto& behind = endpoint_.behind();
  if (behind.is_on()) {
    auto const last = fmt::format("{}.{}", stream.token_, stream.last_);
    behind.put(left_key(stream.session()), last, limits_.age);
  }
  if (behind.is_on() || stream.will_return_here()) awaited_.insert(stream.session());
}

Async<std::optional<EventId>> SessionStreams::noted_left(std::string session) {
  std::optional<EventId> left;
  auto const noted = co_await endpoint_.parts().store.get(left_key(session));
  if (!noted && noted.error().kind() == ErrorKind::cancelled) co_return noted.error();
  if (noted && *noted) left = EventId::parse(endpoint_.parts().ring, **noted);
  if (left && left->stream.session != session) left.reset();
  co_return left;
}

// Behind both events: a reader who was sent away before it had an event of the stream names one of
// the stream before, or none.
Async<Messages> SessionStreams::missed(std::optional<EventId> last, std::optional<EventId> left) {
  Messages messages;
  if (last && left && left->stream == last->stream) left.reset();
  for (auto& behind : {std::move(last), std::move(left)}) {
    if (!behind) continue;
    auto rest = co_await rest_of(*behind);
    if (!rest && rest.error().kind() == ErrorKind::cancelled) co_return rest.error();
    if (!rest) continue;
    for (auto& event : rest->events) add_once(messages, std::move(event.text));
  }
  co_return messages;
}

// Messages reach all replicas at about the same time, and the log of the one before a little later.
// So what comes is collected before the log is read, and left out where that has it, too.
Async<Messages> SessionStreams::catch_up(
    Session session, std::optional<EventId> last, std::optional<EventId> left
) {
  auto& live = endpoint_.live();
  auto const collected = std::make_shared<Messages>();
  auto const listener = live.add_listener(session, [collected](const std::string& message) {
    if (collected->size() < kMaxCollected) collected->push_back(message);
  });
  auto const slept = co_await sleep_for(kBehind);
  auto messages =
      slept ? co_await missed(std::move(last), std::move(left)) : Result<Messages>(slept.error());
  live.remove_sink(session.id, listener);
  if (!messages) co_return messages.error();
  for (auto& message : *collected) add_once(*messages, std::move(message));
  co_return *std::move(messages);
}

Async<std::shared_ptr<SessionStream>> SessionStreams::go_on(
    Session session, std::optional<EventId> last
) {
  Messages messages;
  if (endpoint_.parts().store.is_shared()) {
    DAVIT_CO_TRY(auto left, co_await noted_left(session.id));
    if (last || left) {
      DAVIT_CO_TRY(messages, co_await catch_up(session, std::move(last), std::move(left)));
      endpoint_.behind().erase(left_key(session.id));
    }
  }
  auto& live = endpoint_.live();
  if (live.is_revoked(session.id)) co_return nullptr;
  auto stream = open(session, std::nullopt);
  if (!stream->take_session_messages(session)) co_return nullptr;
  for (auto const& message : messages) stream->send(message);
  live.tell_moved(session);
  co_return stream;
}

Async<> SessionStreams::wait_for_readers(Duration limit) {
  auto const now = endpoint_.parts().clock.steady_now();
  auto const end = std::min(now + limit, awaited_since_ + kComeBack);
  if (awaited_.empty()) co_return Result<>();
  while (!awaited_.empty()) {
    auto const rest = end - endpoint_.parts().clock.steady_now();
    if (rest <= Duration::zero()) co_return Result<>();
    DAVIT_CO_CHECK(co_await nobody_is_awaited_.wait_for(rest));
  }
  co_return co_await sleep_for(kTakenOver);
}

void SessionStreams::moved_on(const std::string& session) {
  if (awaited_.erase(session) > 0 && awaited_.empty()) nobody_is_awaited_.notify();
}

}  // namespace davit::mcp::transport
