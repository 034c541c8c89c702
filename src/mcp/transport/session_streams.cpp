#include "mcp/transport/session_streams.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/base64.h"
#include "http/sse.h"
#include "mcp/packing.h"

namespace davit::mcp::transport {
namespace {

constexpr std::string_view kPurpose = "mcp stream 1";
constexpr std::size_t kMaxRequestBytes = 64;  // of a request's id in a stream's name
// What the store keeps in front of an event: whether another one follows.
constexpr char kMore = 'm';
constexpr char kLast = 'l';

std::string log_of(const StreamName& name) {
  return fmt::format(
      "events:{}:{}:{}", base64url_encode(name.session), name.maker.instance, name.number
  );
}

}  // namespace

std::string StreamName::seal(const KeyRing& ring) const {
  Packer packer;
  packer.raw(session);
  packer.number(number, 8);
  packer.text(maker.text());
  if (answers) {
    auto const id = request ? json::to_text(jsonrpc::to_json(*request)) : "null";
    packer.raw(id.size() <= kMaxRequestBytes ? std::string_view(id) : std::string_view("null"));
  }
  return ring.seal(kPurpose, packer.out());
}

std::optional<StreamName> StreamName::open(const KeyRing& ring, std::string_view token) {
  auto const plain = ring.open(kPurpose, token);
  if (!plain) return std::nullopt;
  Unpacker unpacker(*plain);
  StreamName name;
  name.session = unpacker.raw(16);
  name.number = unpacker.number(8);
  name.maker = ReplicaId::parse(unpacker.text());
  name.answers = !unpacker.rest().empty();
  if (auto const id = json::parse(unpacker.rest())) name.request = jsonrpc::to_id(*id);
  return name;
}

std::optional<EventId> EventId::parse(const KeyRing& ring, std::string_view text) {
  auto const dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto name = StreamName::open(ring, text.substr(0, dot));
  EventId id;
  auto const digits = text.substr(dot + 1);
  auto const [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), id.number);
  if (!name || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  id.stream = *std::move(name);
  return id;
}

std::string farewell(Revision revision, std::chrono::milliseconds retry) {
  return revision >= Revision::v2025_11_25 ? fmt::format("retry: {}\n\n", retry.count())
                                           : std::string(http::sse::kHeartbeat);
}

// -------------------------------------------------------------------------------------------------

SessionStream::SessionStream(SessionStreams& owner, const Session& session, StreamName name)
    : owner_(owner),
      name_(std::move(name)),
      token_(name_.seal(owner.endpoint_.parts().ring)),
      log_(log_of(name_)),
      revision_(session.revision),
      is_at_home_(session.home == owner.endpoint_.parts().self),
      unread_since_(owner.endpoint_.parts().clock.steady_now()) {}

SessionStream::~SessionStream() {
  is_known_ = false;
  detach();
  owner_.take_from_unread(*this);
  if (sink_ != 0) owner_.endpoint_.live().remove_sink(session(), sink_);
  auto const place = owner_.listening_.find(session());
  if (place != owner_.listening_.end() && place->second == this) owner_.listening_.erase(place);
  while (!kept_.empty()) owner_.drop_oldest(*this);
}

std::string SessionStream::frame(std::uint64_t number, std::string_view message) const {
  return http::sse::message(message, fmt::format("{}.{}", token_, number));
}

std::shared_ptr<http::EventStream> SessionStream::attach(std::uint64_t after) {
  if (events_) events_->close();
  detach();
  // What is kept goes out whatever the bound: it is bounded by itself.
  std::string replay;
  if (after == 0 && last_ == 0 && primes()) replay = frame(0, "");
  for (auto const& event : kept_) {
    if (event.number > after) replay += frame(event.number, event.text);
  }
  events_ = std::make_shared<http::EventStream>(
      owner_.endpoint_.parts().executor, owner_.max_stream_bytes_ + replay.size()
  );
  if (!replay.empty()) events_->push(replay);
  if (finished_) {
    events_->close();
    unread_digest.clear();
  }
  // The client may come back; until then nobody reads.
  events_->on_gone([weak = weak_from_this(), at = events_.get()] {
    auto const self = weak.lock();
    if (self && self->events_.get() == at) self->detach();
  });
  auto const events = events_;
  if (!name_.answers && !finished_) watch_ = owner_.endpoint_.watch(*this);
  if (sink_ != 0) owner_.endpoint_.live().set_read(session(), sink_, true);
  owner_.settle(*this);
  return events;
}

void SessionStream::detach() {
  if (events_) left_at_ = last_;
  events_.reset();
  unread_since_ = owner_.endpoint_.parts().clock.steady_now();
  if (watch_ != 0) owner_.endpoint_.forget(std::exchange(watch_, 0));
  if (sink_ != 0) owner_.endpoint_.live().set_read(session(), sink_, false);
  owner_.settle(*this);
}

void SessionStream::keep(std::string_view message, bool is_last) {
  ++last_;
  owner_.endpoint_.behind().append(
      log_,
      {last_, (is_last ? kLast : kMore) + std::string(message)},
      {owner_.limits_.max_bytes_per_session, owner_.limits_.age}
  );
  kept_.push_back({last_, std::string(message)});
  owner_.add(*this, message.size());
}

void SessionStream::send(std::string_view message) {
  if (finished_) return;
  keep(message, false);
  if (is_attached()) events_->push(frame(last_, message));
}

void SessionStream::finish(std::string_view answer) {
  if (finished_) return;
  if (!answer.empty()) keep(answer, true);
  finished_ = true;
  auto const events = events_;
  detach();
  if (events) events->close(answer.empty() ? std::string() : frame(last_, answer));
}

void SessionStream::release(std::chrono::milliseconds retry) {
  if (!is_attached()) return;
  auto const events = events_;
  detach();
  events->close(farewell(revision_, retry));
}

void SessionStream::close_politely() {
  auto const is_listening = owner_.endpoint_.live().is_sink(session(), sink_);
  if (is_listening && owner_.endpoint_.is_draining()) owner_.note_left(*this);
  release(kRetryAfterClose);
}

bool SessionStream::take_session_messages(const Session& of) {
  sink_ = owner_.endpoint_.live().set_sink(of, [weak = weak_from_this()](const std::string& text) {
    if (auto const self = weak.lock()) self->send(text);
  });
  if (sink_ != 0) owner_.listening_[session()] = this;
  return sink_ != 0;
}

// -------------------------------------------------------------------------------------------------

SessionStreams::SessionStreams(
    Endpoint& endpoint, HistoryLimits limits, std::size_t max_stream_bytes
)
    : endpoint_(endpoint),
      limits_(limits),
      max_stream_bytes_(max_stream_bytes),
      bytes_level_(endpoint.parts().counters.at("davit_mcp_history_bytes")),
      dropped_of_session_(
          endpoint.parts().counters.at("davit_mcp_history_dropped_total", "reason=\"session\"")
      ),
      dropped_for_room_(
          endpoint.parts().counters.at("davit_mcp_history_dropped_total", "reason=\"room\"")
      ),
      unread_level_(endpoint.parts().counters.at("davit_mcp_unread_streams")),
      unread_for_room_(
          endpoint.parts().counters.at("davit_mcp_unread_streams_dropped_total", "reason=\"room\"")
      ),
      unread_too_old_(
          endpoint.parts().counters.at("davit_mcp_unread_streams_dropped_total", "reason=\"age\"")
      ),
      nobody_is_awaited_(endpoint.parts().executor) {
  endpoint.live().on_moved([this](const std::string& session) {
    moved_on(session);
    stop_listening(session);
  });
}

SessionStreams::~SessionStreams() {
  endpoint_.live().on_moved([](const std::string&) {});
}

std::shared_ptr<SessionStream> SessionStreams::open(
    const Session& session, const std::optional<jsonrpc::Id>& request
) {
  StreamName name{session.id, endpoint_.parts().self, ++last_, request, request.has_value()};
  auto stream = std::make_shared<SessionStream>(*this, session, std::move(name));
  streams_.emplace(last_, stream);
  stream->is_known_ = true;
  settle(*stream);
  return stream;
}

std::shared_ptr<SessionStream> SessionStreams::find(const StreamName& name) const {
  if (name.maker != endpoint_.parts().self) return nullptr;
  auto const place = streams_.find(name.number);
  if (place == streams_.end() || place->second->session() != name.session) return nullptr;
  return place->second;
}

std::shared_ptr<SessionStream> SessionStreams::find_unread(
    const Session& session, const jsonrpc::Id& request
) const {
  auto const place = shares_.find(session.id);
  if (place == shares_.end()) return nullptr;
  for (auto const& [number, stream] : place->second.keeping) {
    if (stream->finished_ && !stream->unread_digest.empty() && stream->name_.request == request)
      return stream->shared_from_this();
  }
  return nullptr;
}

std::shared_ptr<SessionStream> SessionStreams::find_left(const std::string& session) const {
  auto const place = listening_.find(session);
  if (place == listening_.end()) return nullptr;
  auto const& stream = *place->second;
  auto const is_left = !stream.is_attached() && endpoint_.live().is_sink(session, stream.sink_);
  return is_left ? find(stream.name_) : nullptr;
}

// Who listens in its place says everything from now on: this one must not say it again.
void SessionStreams::stop_listening(const std::string& session) {
  auto const place = listening_.find(session);
  if (place == listening_.end() || place->second->is_attached()) return;
  endpoint_.live().remove_sink(session, std::exchange(place->second->sink_, 0));
  listening_.erase(place);
}

Async<SessionStreams::Rest> SessionStreams::rest_of(EventId id) {
  Rest rest;
  auto& store = endpoint_.parts().store;
  if (!store.is_shared()) co_return rest;
  DAVIT_CO_TRY(auto events, co_await store.read(log_of(id.stream), id.number));
  for (auto& event : events) {
    if (event.text.empty()) continue;
    rest.ended = event.text.front() == kLast;
    event.text.erase(0, 1);
    rest.events.push_back(std::move(event));
  }
  co_return rest;
}

void SessionStreams::sweep() {
  auto const before = endpoint_.parts().clock.steady_now() - limits_.age;
  while (!unread_.empty() && unread_.front()->unread_since_ < before) {
    unread_too_old_.add();
    forget_first();
  }
}

// Whoever works on the stream may still hold it; it can be found no more.
void SessionStreams::forget_first() {
  auto& stream = *unread_.front();
  take_from_unread(stream);
  stream.is_known_ = false;
  streams_.erase(stream.name_.number);
}

void SessionStreams::settle(SessionStream& stream) {
  take_from_unread(stream);
  if (!stream.is_known_ || !stream.may_go()) return;
  stream.is_unread_ = true;
  stream.place_ = unread_.insert(unread_.end(), &stream);
  unread_level_.set(static_cast<std::int64_t>(unread_.size()));
  while (unread_.size() > std::max<std::size_t>(limits_.max_streams, 1)) {  // never this one
    unread_for_room_.add();
    forget_first();
  }
}

void SessionStreams::take_from_unread(SessionStream& stream) {
  if (!std::exchange(stream.is_unread_, false)) return;
  unread_.erase(stream.place_);
  unread_level_.set(static_cast<std::int64_t>(unread_.size()));
}

void SessionStreams::add(SessionStream& stream, std::size_t bytes) {
  auto const number = stream.name_.number;
  auto& share = shares_[stream.session()];
  share.bytes += bytes;
  share.keeping[number] = &stream;
  bytes_ += bytes;
  keeping_[number] = &stream;
  make_room(stream.session());
  bytes_level_.set(static_cast<std::int64_t>(bytes_));
}

void SessionStreams::drop_oldest(SessionStream& stream) {
  auto const size = stream.kept_.front().text.size();
  stream.kept_.pop_front();
  auto const place = shares_.find(stream.session());
  place->second.bytes -= size;
  bytes_ -= size;
  bytes_level_.set(static_cast<std::int64_t>(bytes_));
  if (!stream.kept_.empty()) return;
  keeping_.erase(stream.name_.number);
  place->second.keeping.erase(stream.name_.number);
  if (place->second.keeping.empty()) shares_.erase(place);
}

void SessionStreams::make_room(const std::string& session) {
  for (auto place = shares_.find(session);
       place != shares_.end() && place->second.bytes > limits_.max_bytes_per_session;
       place = shares_.find(session)) {
    dropped_of_session_.add();
    drop_oldest(*place->second.keeping.begin()->second);
  }
  while (bytes_ > limits_.max_bytes) {
    dropped_for_room_.add();
    drop_oldest(*keeping_.begin()->second);
  }
}

}  // namespace davit::mcp::transport
