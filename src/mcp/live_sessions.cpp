#include "mcp/live_sessions.h"

#include "base/base64.h"

namespace davit::mcp {
namespace {

std::string state_key(const Session& session) { return "session:" + base64url_encode(session.id); }
std::string revoked_key(const Session& session) {
  return "revoked:" + base64url_encode(session.id);
}

std::chrono::milliseconds rest_of(const Session& session, const Clock& clock) {
  auto const rest = session.expires_at - clock.now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(rest), std::chrono::milliseconds(1));
}

}  // namespace

LiveSessions::LiveSessions(
    const Clock& clock, WriteBehind& store, SessionLimits limits, Counters& counters
)
    : clock_(clock),
      store_(store),
      limits_(limits),
      level_(counters.at("davit_mcp_live_sessions")),
      dropped_(counters.at("davit_mcp_sessions_dropped_total")) {}

LogLevel LiveSessions::log_level(const Session& session) const {
  auto const place = live_.find(session.id);
  return place == live_.end() ? LogLevel::info : place->second.log_level.value_or(LogLevel::info);
}

bool LiveSessions::set_log_level(const Session& session, LogLevel level) {
  auto* live = use(session);
  if (live == nullptr) return false;
  live->log_level = level;
  remember(session, *live);
  return true;
}

bool LiveSessions::subscribe(const Session& session, const std::string& uri) {
  auto* live = use(session);
  if (live == nullptr || live->subscriptions.size() >= limits_.max_subscriptions) return false;
  if (live->subscriptions.insert(uri).second) remember(session, *live);
  return true;
}

void LiveSessions::unsubscribe(const Session& session, const std::string& uri) {
  auto const place = live_.find(session.id);
  if (place == live_.end() || place->second.subscriptions.erase(uri) == 0) return;
  remember(session, place->second);
  drop_if_empty(session.id);
}

bool LiveSessions::add_call(
    const Session& session, const jsonrpc::Id& id, std::shared_ptr<Exchange> call
) {
  auto* live = use(session);
  return live != nullptr && live->calls.emplace(id, std::move(call)).second;
}

void LiveSessions::remove_call(const Session& session, const jsonrpc::Id& id) {
  auto const place = live_.find(session.id);
  if (place == live_.end()) return;
  place->second.calls.erase(id);
  drop_if_empty(session.id);
}

std::uint64_t LiveSessions::set_sink(const Session& session, SessionSink sink) {
  auto* live = use(session);
  if (live == nullptr) return 0;
  live->sink = std::move(sink);
  return live->sink_number = ++last_sink_;
}

void LiveSessions::remove_sink(const std::string& session, std::uint64_t number) {
  auto const place = live_.find(session);
  if (place == live_.end() || place->second.sink_number != number) return;
  place->second.sink = nullptr;
  place->second.sink_number = 0;
  drop_if_empty(session);
}

std::shared_ptr<Exchange> LiveSessions::find_call(const Session& session, const jsonrpc::Id& id)
    const {
  auto const place = live_.find(session.id);
  if (place == live_.end()) return nullptr;
  auto const call = place->second.calls.find(id);
  return call == place->second.calls.end() ? nullptr : call->second;
}

void LiveSessions::send_to_all(const std::string& message, const std::string* uri) {
  // A sink may end its session: look each one up again.
  std::vector<std::string> ids;
  for (auto const& [id, live] : live_) {
    if (live.sink && (uri == nullptr || live.subscriptions.contains(*uri))) ids.push_back(id);
  }
  for (auto const& id : ids) {
    auto const place = live_.find(id);
    if (place == live_.end() || !place->second.sink) continue;
    auto const sink = place->second.sink;
    sink(message);
  }
}

std::vector<std::shared_ptr<Exchange>> LiveSessions::revoke(const Session& session) {
  std::vector<std::shared_ptr<Exchange>> running;
  if (auto const place = live_.find(session.id); place != live_.end()) {
    for (auto& [id, call] : place->second.calls) running.push_back(std::move(call));
    drop(place);
  }
  add_revoked(session.id, session.expires_at);
  store_.put(revoked_key(session), "1", rest_of(session, clock_));
  store_.erase(state_key(session));
  return running;
}

Async<> LiveSessions::adopt(Session session) {
  if (!store_.is_on()) co_return Result<>();
  if (auto const place = live_.find(session.id); place != live_.end() && place->second.adopted)
    co_return Result<>();
  auto const revoked = co_await store_.store().get(revoked_key(session));
  if (!revoked && revoked.error().kind() == ErrorKind::cancelled) co_return revoked.error();
  if (revoked && *revoked) {
    add_revoked(session.id, session.expires_at);
    co_return Result<>();
  }
  auto const state = co_await store_.store().get(state_key(session));
  if (!state && state.error().kind() == ErrorKind::cancelled) co_return state.error();
  if (!state || !*state) co_return Result<>();
  auto const known = json::parse(**state);
  auto* live = known ? use(session) : nullptr;
  if (live == nullptr) co_return Result<>();
  live->adopted = true;
  if (auto const level = json::find_string(*known, "level"))
    live->log_level = parse_log_level(*level);
  if (auto const* uris = json::find_array(*known, "uris")) {
    for (auto const& uri : *uris) {
      if (uri.is_string()) live->subscriptions.emplace(json::view(uri.get_string()));
    }
  }
  co_return Result<>();
}

void LiveSessions::remember(const Session& session, const Live& live) {
  if (!store_.is_on()) return;
  json::Object state;
  if (live.log_level) state["level"] = to_string(*live.log_level);
  json::Array uris;
  for (auto const& uri : live.subscriptions) uris.emplace_back(uri);
  state["uris"] = std::move(uris);
  store_.put(state_key(session), json::to_text(state), rest_of(session, clock_));
}

LiveSessions::Live* LiveSessions::use(const Session& session) {
  auto place = live_.find(session.id);
  if (place == live_.end()) {
    if (!make_room(session.principal.id)) return nullptr;
    place = live_.try_emplace(session.id).first;
    place->second.principal = session.principal.id;
    place->second.place = by_use_.insert(by_use_.end(), session.id);
    ++count_of_[session.principal.id];
    level_.set(static_cast<std::int64_t>(live_.size()));
  }
  auto& live = place->second;
  live.used = clock_.steady_now();
  by_use_.splice(by_use_.end(), by_use_, live.place);
  return &live;
}

// Drops the session that was idle longest: of the same principal when it has its share, of anybody
// otherwise.
bool LiveSessions::make_room(const std::string& principal) {
  auto const mine = count_of_.find(principal);
  auto const is_over_share =
      mine != count_of_.end() && mine->second >= limits_.max_live_per_principal;
  if (!is_over_share && live_.size() < limits_.max_live) return true;
  for (auto const& id : by_use_) {
    auto const place = live_.find(id);
    if (place->second.is_busy() || (is_over_share && place->second.principal != principal))
      continue;
    dropped_.add();
    drop(place);
    return true;
  }
  return false;
}

void LiveSessions::drop(std::unordered_map<std::string, Live>::iterator place) {
  auto const counted = count_of_.find(place->second.principal);
  if (--counted->second == 0) count_of_.erase(counted);
  by_use_.erase(place->second.place);
  live_.erase(place);
  level_.set(static_cast<std::int64_t>(live_.size()));
}

void LiveSessions::drop_if_empty(const std::string& id) {
  auto const place = live_.find(id);
  auto const& live = place->second;
  if (!live.is_busy() && !live.log_level && live.subscriptions.empty()) drop(place);
}

void LiveSessions::sweep() {
  auto const before = clock_.steady_now() - limits_.idle;
  while (!by_use_.empty()) {
    auto const place = live_.find(by_use_.front());
    if (place->second.used > before) break;
    if (place->second.is_busy()) {
      // In use as long as something runs or listens.
      place->second.used = clock_.steady_now();
      by_use_.splice(by_use_.end(), by_use_, place->second.place);
      continue;
    }
    drop(place);
  }
  auto const now = clock_.now();
  while (!revoked_by_expiry_.empty() && revoked_by_expiry_.begin()->first <= now) {
    revoked_.erase(revoked_by_expiry_.begin()->second);
    revoked_by_expiry_.erase(revoked_by_expiry_.begin());
  }
}

// When all places are taken, the one goes that would have ended soonest anyway.
void LiveSessions::add_revoked(const std::string& id, std::chrono::sys_seconds expires_at) {
  if (!revoked_.emplace(id, expires_at).second) return;
  revoked_by_expiry_.emplace(expires_at, id);
  if (revoked_.size() <= limits_.max_revoked) return;
  revoked_.erase(revoked_by_expiry_.begin()->second);
  revoked_by_expiry_.erase(revoked_by_expiry_.begin());
}

}  // namespace davit::mcp
