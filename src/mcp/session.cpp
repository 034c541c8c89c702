#include "mcp/session.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::mcp {
namespace {

constexpr std::string_view kPurpose = "mcp session 1";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxVersionBytes = 32;
constexpr std::size_t kMaxPrincipalBytes = 96;
constexpr std::size_t kMaxServerBytes = 32;
constexpr std::size_t kMaxHomeBytes = 22;

// The plain form: fixed-width numbers, big end first, then texts with their length in one byte.
class Writer {
 public:
  void number(std::uint64_t value, int bytes) {
    while (bytes-- > 0) out_ += static_cast<char>(value >> (8 * bytes) & 0xFF);
  }
  void text(std::string_view value, std::size_t max_bytes) {
    value = utf8_prefix(value, max_bytes);
    number(value.size(), 1);
    out_ += value;
  }
  void raw(std::string_view bytes) { out_ += bytes; }
  const std::string& out() const { return out_; }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      return {};
    }
    auto const bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (char const c : raw(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string text() { return std::string(raw(number(1))); }
  bool is_clean() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::string seal_session(const KeyRing& ring, const Session& session) {
  Writer writer;
  writer.raw(session.id);
  writer.number(static_cast<std::uint64_t>(session.expires_at.time_since_epoch().count()), 8);
  writer.number(static_cast<std::uint64_t>(session.revision), 1);
  writer.number(session.capabilities.bits, 2);
  writer.text(session.client.name, kMaxNameBytes);
  writer.text(session.client.version, kMaxVersionBytes);
  writer.text(session.principal.id, kMaxPrincipalBytes);
  writer.text(session.server, kMaxServerBytes);
  writer.text(session.home, kMaxHomeBytes);
  return ring.seal(kPurpose, writer.out());
}

Result<Session> open_session(const KeyRing& ring, std::string_view token) {
  DAVIT_TRY(auto const plain, ring.open(kPurpose, token));
  Reader reader(plain);
  Session session;
  session.id = reader.raw(kIdBytes);
  session.expires_at =
      std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(reader.number(8))));
  auto const revision = reader.number(1);
  session.capabilities.bits = static_cast<std::uint16_t>(reader.number(2));
  session.client.name = reader.text();
  session.client.version = reader.text();
  session.principal.id = reader.text();
  session.server = reader.text();
  session.home = reader.text();
  if (!reader.is_clean() || revision >= kRevisions.size()) {
    return Error(
        ErrorKind::invalid_input, "the session id was made by another version of this server"
    );
  }
  session.revision = static_cast<Revision>(revision);
  return session;
}

LiveSessions::LiveSessions(const Clock& clock, SessionLimits limits, Counters& counters)
    : clock_(clock), limits_(limits), level_(counters.at("davit_mcp_live_sessions")) {}

LogLevel LiveSessions::log_level(const std::string& session) const {
  auto const place = live_.find(session);
  return place == live_.end() ? LogLevel::info : place->second.log_level.value_or(LogLevel::info);
}

void LiveSessions::set_log_level(const std::string& session, LogLevel level) {
  use(session).log_level = level;
}

bool LiveSessions::add_call(const std::string& session, const jsonrpc::Id& id, Task task) {
  return use(session).calls.emplace(id, std::move(task)).second;
}

void LiveSessions::remove_call(const std::string& session, const jsonrpc::Id& id) {
  auto const place = live_.find(session);
  if (place == live_.end()) return;
  place->second.calls.erase(id);
  if (place->second.calls.empty() && !place->second.log_level) live_.erase(place);
  level_.set(static_cast<std::int64_t>(live_.size()));
}

bool LiveSessions::has_call(const std::string& session, const jsonrpc::Id& id) const {
  auto const place = live_.find(session);
  return place != live_.end() && place->second.calls.contains(id);
}

bool LiveSessions::cancel_call(const std::string& session, const jsonrpc::Id& id) {
  auto const place = live_.find(session);
  if (place == live_.end()) return false;
  auto const call = place->second.calls.find(id);
  if (call == place->second.calls.end()) return false;
  auto task = call->second;  // the call may leave the map while it is cancelled
  task.cancel();
  return true;
}

void LiveSessions::revoke(const Session& session) {
  if (auto const place = live_.find(session.id); place != live_.end()) {
    auto calls = std::move(place->second.calls);
    live_.erase(place);
    level_.set(static_cast<std::int64_t>(live_.size()));
    for (auto& [id, task] : calls) task.cancel();
  }
  if (revoked_.size() >= limits_.max_revoked) {
    auto const now = clock_.now();
    std::erase_if(revoked_, [&](auto const& entry) { return entry.second <= now; });
  }
  if (revoked_.size() >= limits_.max_revoked) {
    revoked_.erase(std::ranges::min_element(revoked_, {}, [](auto const& entry) {
      return entry.second;
    }));
  }
  revoked_.emplace(session.id, session.expires_at);
}

bool LiveSessions::is_revoked(const std::string& session) const {
  return !revoked_.empty() && revoked_.contains(session);
}

LiveSessions::Live& LiveSessions::use(const std::string& session) {
  if (!live_.contains(session) && live_.size() >= limits_.max_live) drop_idle();
  auto& live = live_[session];
  live.used = clock_.steady_now();
  level_.set(static_cast<std::int64_t>(live_.size()));
  return live;
}

void LiveSessions::drop_idle() {
  auto const before = clock_.steady_now() - limits_.idle;
  std::erase_if(live_, [&](auto const& entry) {
    return entry.second.calls.empty() && entry.second.used < before;
  });
  if (live_.size() < limits_.max_live) return;
  auto oldest = live_.end();
  for (auto place = live_.begin(); place != live_.end(); ++place) {
    if (!place->second.calls.empty()) continue;
    if (oldest == live_.end() || place->second.used < oldest->second.used) oldest = place;
  }
  if (oldest != live_.end()) live_.erase(oldest);
}

}  // namespace davit::mcp
