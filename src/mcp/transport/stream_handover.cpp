// SessionStreams, the part of taking over the stream of another replica.
#include <algorithm>

#include "mcp/transport/session_streams.h"

namespace davit::mcp::transport {
namespace {

// What a message that reached all replicas takes to stand in the log of each that keeps it.
constexpr std::chrono::milliseconds kBehind{50};
constexpr std::size_t kMaxCollected = 1'000;

using Messages = std::vector<std::string>;

}  // namespace

// Messages reach all replicas at about the same time, and the log of the one before a little later.
// So what comes is collected before the log is read, and left out where that has it, too. Two that
// say the same are one: what has changed is read anew after either.
Async<std::shared_ptr<SessionStream>> SessionStreams::go_on(Session session, EventId last) {
  auto& live = endpoint_.live();
  Messages messages;
  if (endpoint_.parts().store.is_shared()) {
    auto const collected = std::make_shared<Messages>();
    auto const listener = live.add_listener(session, [collected](const std::string& message) {
      if (collected->size() < kMaxCollected) collected->push_back(message);
    });
    auto const slept = co_await sleep_for(kBehind);
    auto const rest = slept ? co_await rest_of(std::move(last)) : Result<Rest>(slept.error());
    live.remove_sink(session.id, listener);
    if (!rest && rest.error().kind() == ErrorKind::cancelled) co_return rest.error();
    if (rest) {
      for (auto const& event : rest->events) messages.push_back(event.text);
    }
    for (auto& message : *collected) {
      if (std::ranges::find(messages, message) == messages.end())
        messages.push_back(std::move(message));
    }
  }
  if (live.is_revoked(session.id)) co_return nullptr;
  auto stream = open(session, std::nullopt);
  if (!stream->take_session_messages(session)) co_return nullptr;
  for (auto const& message : messages) stream->send(message);
  co_return stream;
}

}  // namespace davit::mcp::transport
