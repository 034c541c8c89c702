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
  auto& behind = endpoint_.behind();
  if (behind.is_on()) {
    auto const last = fmt::format("{}.{}", stream.token_, stream.last_);
    behind.put(left_key(stream.session()), last, limits_.age);
  }
  if (behind.is_on() || stream.is_asked_for_here()) sent_away_.insert(stream.session());
}

// A reader who was sent away before it had an event of this stream names one before it, or none.
Async<Messages> SessionStreams::missed(Session session, std::optional<EventId> last) {
  DAVIT_CO_TRY(auto const noted, co_await endpoint_.parts().store.get(left_key(session.id)));
  auto left = noted ? EventId::parse(endpoint_.parts().ring, *noted) : std::nullopt;
  Messages messages;
  if (last) {
    DAVIT_CO_TRY(auto rest, co_await rest_of(*last));
    for (auto& event : rest.events) messages.push_back(std::move(event.text));
    if (left) left->number = 0;
  }
  if (left && (!last || left->stream != last->stream)) {
    DAVIT_CO_TRY(auto rest, co_await rest_of(*std::move(left)));
    for (auto& event : rest.events) add_once(messages, std::move(event.text));
  }
  co_return messages;
}

// Messages reach all replicas at about the same time, and the log of the one before a little later.
// So what comes is collected before the log is read, and left out where that has it, too.
Async<std::shared_ptr<SessionStream>> SessionStreams::go_on(
    Session session, std::optional<EventId> last
) {
  auto& live = endpoint_.live();
  Messages messages;
  if (endpoint_.parts().store.is_shared()) {
    auto const collected = std::make_shared<Messages>();
    auto const listener = live.add_listener(session, [collected](const std::string& message) {
      if (collected->size() < kMaxCollected) collected->push_back(message);
    });
    auto const slept = co_await sleep_for(kBehind);
    auto known =
        slept ? co_await missed(session, std::move(last)) : Result<Messages>(slept.error());
    live.remove_sink(session.id, listener);
    if (!known && known.error().kind() == ErrorKind::cancelled) co_return known.error();
    if (known) messages = *std::move(known);
    for (auto& message : *collected) add_once(messages, std::move(message));
  }
  if (live.is_revoked(session.id)) co_return nullptr;
  auto stream = open(session, std::nullopt);
  if (!stream->take_session_messages(session)) co_return nullptr;
  for (auto const& message : messages) stream->send(message);
  endpoint_.behind().erase(left_key(session.id));
  live.tell_moved(session);
  co_return stream;
}

Async<> SessionStreams::wait_for_readers(Duration limit) {
  if (sent_away_.empty()) co_return Result<>();
  DAVIT_CO_CHECK(co_await all_sent_on_.wait_for(limit));
  co_return co_await sleep_for(std::min<Duration>(kTakenOver, limit));
}

void SessionStreams::sent_on(const std::string& session) {
  if (sent_away_.erase(session) > 0 && sent_away_.empty()) all_sent_on_.notify();
}

}  // namespace davit::mcp::transport
