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
      dropped_for_room_(counters.at("davit_mcp_sessions_dropped_total", "reason=\"room\"")),
      dropped_idle_(counters.at("davit_mcp_sessions_dropped_total", "reason=\"idle\"")),
      refused_(counters.at("davit_mcp_rejected_total", "reason=\"too_many_sessions\"")),
      refused_subscriptions_(
          counters.at("davit_mcp_rejected_total", "reason=\"too_many_subscriptions\"")
      ),
      revoked_level_(counters.at("davit_mcp_revoked_sessions")),
      forgotten_(counters.at("davit_mcp_revocations_dropped_total")) {}

LogLevel LiveSessions::log_level(const Session& session) const {
  auto const place = live_.find(session.id);
  return place == live_.end() ? LogLevel::info : place->second.log_level.value_or(LogLevel::info);
}

bool LiveSessions::set_log_level(const Session& session, LogLevel level) {
  auto* entry = use(session);
  if (entry == nullptr) return false;
  entry->second.log_level = level;
  remember(session, entry->second);
  settle(*entry);
  return true;
}

bool LiveSessions::subscribe(const Session& session, const std::string& uri) {
  auto* entry = use(session);
  if (entry == nullptr) return false;
  auto& uris = entry->second.subscriptions;
  auto const has_room = uris.size() < limits_.max_subscriptions || uris.contains(uri);
  if (!has_room) refused_subscriptions_.add();
  if (has_room && uris.insert(uri).second) remember(session, entry->second);
  settle(*entry);
  return has_room;
}

void LiveSessions::unsubscribe(const Session& session, const std::string& uri) {
  auto const place = live_.find(session.id);
  if (place == live_.end() || place->second.subscriptions.erase(uri) == 0) return;
  remember(session, place->second);
  settle(*place);
}

bool LiveSessions::add_call(
    const Session& session, const jsonrpc::Id& id, std::shared_ptr<Exchange> call
) {
  auto* entry = use(session);
  if (entry == nullptr) return false;
  auto const is_new = entry->second.calls.emplace(id, std::move(call)).second;
  settle(*entry);
  return is_new;
}

void LiveSessions::remove_call(const Session& session, const jsonrpc::Id& id) {
  auto const place = live_.find(session.id);
  if (place == live_.end()) return;
  place->second.calls.erase(id);
  settle(*place);
}

std::uint64_t LiveSessions::set_sink(const Session& session, SessionSink sink) {
  auto* entry = use(session);
  if (entry == nullptr) return 0;
  auto& live = entry->second;
  live.sink = std::move(sink);
  live.is_read = true;
  live.sink_number = ++last_sink_;
  settle(*entry);
  return last_sink_;
}

std::uint64_t LiveSessions::add_listener(const Session& session, SessionSink listener) {
  auto* entry = use(session);
  if (entry == nullptr) return 0;
  entry->second.listeners.emplace(++last_sink_, std::move(listener));
  settle(*entry);
  return last_sink_;
}

bool LiveSessions::has_sink(const Session& session) const {
  auto const place = live_.find(session.id);
  return place != live_.end() && place->second.sink;
}

bool LiveSessions::is_sink(const std::string& session, std::uint64_t number) const {
  auto const place = live_.find(session);
  return number != 0 && place != live_.end() && place->second.sink_number == number;
}

void LiveSessions::set_read(const std::string& session, std::uint64_t number, bool is_read) {
  auto const place = live_.find(session);
  if (place == live_.end() || place->second.sink_number != number) return;
  place->second.is_read = is_read;
  settle(*place);
}

void LiveSessions::remove_sink(const std::string& session, std::uint64_t number) {
  auto const place = live_.find(session);
  if (place == live_.end()) return;
  auto& live = place->second;
  if (live.sink_number == number) {
    live.sink = nullptr;
    live.sink_number = 0;
  } else if (live.listeners.erase(number) == 0) {
    return;
  }
  settle(*place);
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
    if (uri == nullptr || live.subscriptions.contains(*uri)) ids.push_back(id);
  }
  for (auto const& id : ids) {
    auto const place = live_.find(id);
    if (place == live_.end()) continue;
    for (auto const& [number, listener] : place->second.listeners) listener(message);
    if (auto const sink = place->second.sink) sink(message);
  }
}

LiveSessions::Running LiveSessions::revoke(const Session& session) {
  auto running = forget(session);
  store_.put(revoked_key(session), "1", rest_of(session, clock_));
  store_.erase(state_key(session));
  tell(session, {{"revoked", true}});
  return running;
}

LiveSessions::Running LiveSessions::forget(const Session& session) {
  Running running;
  if (auto const place = live_.find(session.id); place != live_.end()) {
    for (auto& [id, call] : place->second.calls) running.push_back(std::move(call));
    drop(*place);
  }
  add_revoked(session.id, session.expires_at);
  moved_(session.id);
  return running;
}

Async<> LiveSessions::adopt(Session session) {
  if (!store_.is_on()) co_return Result<>();
  if (auto const place = live_.find(session.id); place != live_.end() && place->second.adopted)
    co_return Result<>();
  auto& adoption = adopting_[session.id];  // stays in place
  ++adoption.count;
  auto known = co_await known_of(session);
  // What was said meanwhile is newer than what the store answered.
  if (known && adoption.news) known = adoption.news;
  if (--adoption.count == 0) adopting_.erase(session.id);
  if (!known) co_return known.error();
  auto* const entry = *known && !is_revoked(session.id) ? use(session) : nullptr;
  if (entry == nullptr) co_return Result<>();
  // Another message may have adopted it meanwhile, and the client has gone on from there.
  if (!std::exchange(entry->second.adopted, true)) take_over(entry->second, **known);
  settle(*entry);
  co_return Result<>();
}

Async<std::optional<json::Value>> LiveSessions::known_of(Session session) {
  std::optional<json::Value> nothing;
  auto const revoked = co_await store_.store().get(revoked_key(session));
  if (!revoked && revoked.error().kind() == ErrorKind::cancelled) co_return revoked.error();
  if (revoked && *revoked) {
    add_revoked(session.id, session.expires_at);
    co_return nothing;
  }
  auto const state = co_await store_.store().get(state_key(session));
  if (!state && state.error().kind() == ErrorKind::cancelled) co_return state.error();
  if (!state || !*state) co_return nothing;
  auto known = json::parse(**state);
  if (!known) co_return nothing;
  co_return std::optional(*std::move(known));
}

Async<bool> LiveSessions::is_written() {
  if (!store_.is_on()) co_return false;
  // Asked behind the writes on the same connection, so answered after them.
  auto const written = co_await store_.store().get("written");
  if (!written && written.error().kind() == ErrorKind::cancelled) co_return written.error();
  co_return written.has_value() && store_.store().is_healthy();
}

void LiveSessions::take_over(Live& live, const json::Value& state) {
  auto const level = json::find_string(state, "level");
  live.log_level = level ? parse_log_level(*level) : std::nullopt;
  live.subscriptions.clear();
  auto const* uris = json::find_array(state, "uris");
  if (uris == nullptr) return;
  for (auto const& uri : *uris) {
    if (uri.is_string()) live.subscriptions.emplace(json::view(uri.get_string()));
  }
}

void LiveSessions::remember(const Session& session, const Live& live) {
  if (!store_.is_on()) return;
  json::Object state;
  if (live.log_level) state["level"] = to_string(*live.log_level);
  json::Array uris;
  for (auto const& uri : live.subscriptions) uris.emplace_back(uri);
  state["uris"] = std::move(uris);
  store_.put(state_key(session), json::to_text(state), rest_of(session, clock_));
  tell(session, std::move(state));
}

void LiveSessions::share(
    const ReplicaId& self, std::string channel, std::function<void(Running running)> cancel
) {
  self_ = self.text();
  channel_ = std::move(channel);
  cancel_ = std::move(cancel);
  store_.store().subscribe(channel_, [this](std::string_view text) { heed(text); });
  store_.store().subscribe(moved_channel(), [this](std::string_view text) {
    if (!text.ends_with(self_))
      moved_(base64url_decode(text.substr(0, text.find(' '))).value_or(""));
  });
}

void LiveSessions::tell_moved(const Session& session) {
  if (channel_.empty()) return;
  store_.publish(moved_channel(), base64url_encode(session.id) + ' ' + self_);
}

void LiveSessions::tell(const Session& session, json::Object news) {
  if (channel_.empty()) return;
  news["from"] = self_;
  news["id"] = base64url_encode(session.id);
  news["home"] = session.home.text();
  news["principal"] = session.principal.id;
  news["expires"] = session.expires_at.time_since_epoch().count();
  store_.publish(channel_, json::to_text(news));
}

void LiveSessions::heed(std::string_view text) {
  auto const news = json::parse(text);
  if (!news) return;
  auto const id = base64url_decode(json::find_string(*news, "id").value_or(""));
  auto const expires = json::find_int(*news, "expires");
  if (!id || !expires || json::find_string(*news, "from") == self_) return;
  Session session;
  session.id = *id;
  session.principal.id = json::find_string(*news, "principal").value_or("");
  session.expires_at = std::chrono::sys_seconds(std::chrono::seconds(*expires));
  if (json::find(*news, "revoked") != nullptr) return cancel_(forget(session));
  if (auto const place = adopting_.find(session.id); place != adopting_.end())
    place->second.news = *news;
  if (json::find(*news, "uris") == nullptr) return;
  // Who holds nothing of it asks the store when it has to; only the home never asks.
  if (!live_.contains(session.id) && json::find_string(*news, "home") != self_) return;
  auto* const entry = use(session);
  if (entry == nullptr) return;
  entry->second.adopted = true;
  take_over(entry->second, *news);
  settle(*entry);
}

LiveSessions::Entry* LiveSessions::use(const Session& session) {
  if (auto const place = live_.find(session.id); place != live_.end()) return &*place;
  if (!make_room(session.principal.id)) {
    refused_.add();
    return nullptr;
  }
  auto& entry = *live_.try_emplace(session.id).first;
  entry.second.share = &*shares_.try_emplace(session.principal.id).first;
  ++entry.second.share->second.count;
  level_.set(static_cast<std::int64_t>(live_.size()));
  return &entry;
}

// Drops the session that was idle longest: of the same principal when it has its share, of anybody
// otherwise.
bool LiveSessions::make_room(const std::string& principal) {
  auto const mine = shares_.find(principal);
  auto const is_over_share =
      mine != shares_.end() && mine->second.count >= limits_.max_live_per_principal;
  if (!is_over_share && live_.size() < limits_.max_live) return true;
  auto const& idle = is_over_share ? mine->second.idle : idle_;
  if (idle.empty()) return false;
  dropped_for_room_.add();
  drop(*idle.front());
  return true;
}

void LiveSessions::settle(Entry& entry) {
  auto& live = entry.second;
  if (live.is_empty()) return drop(entry);
  live.used = clock_.steady_now();
  take_from_idle(live);
  if (live.is_busy()) return;
  live.is_idle = true;
  auto& own = live.share->second.idle;
  live.place = idle_.insert(idle_.end(), &entry);
  live.place_in_share = own.insert(own.end(), &entry);
}

void LiveSessions::take_from_idle(Live& live) {
  if (!std::exchange(live.is_idle, false)) return;
  idle_.erase(live.place);
  live.share->second.idle.erase(live.place_in_share);
}

void LiveSessions::drop(Entry& entry) {
  take_from_idle(entry.second);
  auto* const share = entry.second.share;
  if (--share->second.count == 0) shares_.erase(shares_.find(share->first));
  live_.erase(live_.find(entry.first));
  level_.set(static_cast<std::int64_t>(live_.size()));
}

void LiveSessions::sweep() {
  auto const before = clock_.steady_now() - limits_.idle;
  while (!idle_.empty() && idle_.front()->second.used <= before) {
    dropped_idle_.add();
    drop(*idle_.front());
  }
  auto const now = clock_.now();
  while (!revoked_by_expiry_.empty() && revoked_by_expiry_.begin()->first <= now) forget_first();
}

// When all places are taken, the one goes that would have ended soonest anyway.
void LiveSessions::add_revoked(const std::string& id, std::chrono::sys_seconds expires_at) {
  if (!revoked_.emplace(id, expires_at).second) return;
  revoked_by_expiry_.emplace(expires_at, id);
  revoked_level_.set(static_cast<std::int64_t>(revoked_.size()));
  if (revoked_.size() <= limits_.max_revoked) return;
  forgotten_.add();
  forget_first();
}

void LiveSessions::forget_first() {
  revoked_.erase(revoked_by_expiry_.begin()->second);
  revoked_by_expiry_.erase(revoked_by_expiry_.begin());
  revoked_level_.set(static_cast<std::int64_t>(revoked_.size()));
}

}  // namespace davit::mcp
