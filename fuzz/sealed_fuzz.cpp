// What clients carry for us, sealed: session ids, event ids, cursors, task ids and request states.
// No text opens as one of them, what was sealed comes back as it was and for nobody else, and one
// that was changed in a single place opens no more.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "mcp/paging.h"
#include "mcp/request_state.h"
#include "mcp/session.h"
#include "mcp/task_id.h"
#include "mcp/transport/session_streams.h"

namespace {

using namespace davit;
using namespace davit::mcp;

void require(bool condition) {
  if (!condition) std::abort();
}

const KeyRing& ring() {
  static KeyRing const one = KeyRing::random();
  return one;
}

// Parts of the input: each ends with a zero byte.
class Parts {
 public:
  explicit Parts(std::string_view input) : rest_(input) {}

  std::string text() {
    auto const part = rest_.substr(0, rest_.find('\0'));
    rest_.remove_prefix(std::min(part.size() + 1, rest_.size()));
    return std::string(part);
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (char const c : text()) value = value * 31 + static_cast<unsigned char>(c);
    return value;
  }

 private:
  std::string_view rest_;
};

// Where and how a token is changed; no two of these leave it as it was.
struct Damage {
  std::uint64_t place;
  unsigned kind;

  std::string to(std::string token) const {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    auto const at = place % token.size();
    if (kind % 4 == 0) {
      token.erase(at);
    } else if (kind % 4 == 1) {
      token.insert(at, 1, kAlphabet[kind % 64]);
    } else {
      auto const old = kAlphabet.find(token[at]);
      require(old != std::string_view::npos);
      token[at] = kAlphabet[(old + 1 + kind % 63) % 64];
    }
    return token;
  }
};

std::unique_ptr<Call> make_call(const std::string& principal, json::Object params) {
  auto call = std::make_unique<Call>();
  call->principal.id = principal;
  json::Object root{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}};
  root["params"] = std::move(params);
  call->message.emplace(*jsonrpc::read(json::Value(std::move(root))));
  return call;
}

void check_session(Parts& parts, const Damage& damage) {
  Session session;
  session.id = std::string(16, 'i');
  session.revision = static_cast<Revision>(parts.number() % kRevisions.size());
  session.capabilities.bits = static_cast<std::uint16_t>(parts.number());
  session.client = {parts.text(), parts.text(), ""};
  session.principal.id = parts.text();
  session.server = session_server_name(parts.text());
  session.home = {parts.text().substr(0, 50), "q3xK0a"};
  session.expires_at =
      std::chrono::sys_seconds(std::chrono::seconds(parts.number() % (1ull << 40)));
  auto const token = seal_session(ring(), session);
  require(token.size() <= 512);
  auto const opened = open_session(ring(), token);
  require(opened && opened->id == session.id && opened->revision == session.revision);
  require(opened->capabilities.bits == session.capabilities.bits);
  require(session.client.name.starts_with(opened->client.name));
  require(session.client.version.starts_with(opened->client.version));
  require(opened->is_of(session.principal) && !opened->is_of({session.principal.id + "x"}));
  require(opened->server == session.server && opened->expires_at == session.expires_at);
  require(session.home.text().size() > 64 || opened->home == session.home);
  require(!open_session(ring(), damage.to(token)));
  require(!transport::StreamName::open(ring(), token) && !open_task_id(ring(), token));
}

void check_event(Parts& parts, const Damage& damage) {
  transport::StreamName name{std::string(16, 's'), {parts.text(), "q3xK0a"}, parts.number(), {}};
  auto const request = parts.text();
  if (!request.empty()) name.request = to_utf8(request);
  auto const number = parts.number();
  auto const token = name.seal(ring());
  auto const id = transport::EventId::parse(ring(), token + '.' + std::to_string(number));
  require(id && id->number == number && id->stream.session == name.session);
  require(id->stream.number == name.number && id->stream.maker == name.maker);
  // Long ids are left out.
  require(id->stream.request == name.request || (!id->stream.request && request.size() > 8));
  require(!transport::StreamName::open(ring(), damage.to(token)));
  for (auto const* tail : {"", ".", ".x", ".1x", ".-1", ".99999999999999999999"})
    require(!transport::EventId::parse(ring(), token + tail));
}

void check_cursor(Parts& parts, const Damage& damage) {
  auto const list = parts.text();
  auto const principal = parts.text();
  auto const size = parts.number() % 1000 + 2;
  auto const page_size = parts.number() % (size - 1) + 1;
  auto const page_of = [&](json::Object params, std::string_view of, const std::string& who) {
    return find_page(ring(), of, *make_call(who, std::move(params)), size, page_size);
  };
  auto const first = page_of({}, list, principal);
  require(first && first->begin == 0 && first->end == page_size && !first->next_cursor.empty());
  auto const& cursor = first->next_cursor;
  auto const second = page_of({{"cursor", cursor}}, list, principal);
  require(second && second->begin == page_size && second->end <= size);
  auto const other_list = parts.text();
  auto const other_principal = parts.text();
  if (other_list != list || other_principal != principal)
    require(!page_of({{"cursor", cursor}}, other_list, other_principal));
  require(!page_of({{"cursor", damage.to(cursor)}}, list, principal));
}

void check_task(Parts& parts, const Damage& damage) {
  TaskId const task{{"10.0.0.1:9100", "q3xK0a"}, parts.text()};
  auto const id = make_task_id(ring(), task);
  auto const opened = open_task_id(ring(), id);
  // What is too long for an id is none.
  require(opened ? opened->maker == task.maker && opened->server == task.server : id.size() > 512);
  require(id != make_task_id(ring(), task));
  require(!open_task_id(ring(), damage.to(id)));
}

void check_state(Parts& parts, const Damage& damage) {
  static SystemClock const clock;
  auto const principal = parts.text();
  auto const server = parts.text();
  auto given = json::parse(parts.text());
  json::Object params;
  if (given && given->is_object()) params = given->get_object();
  for (auto const* name : {"requestState", "inputResponses"}) params.erase(name);
  auto const call = make_call(principal, params);
  auto const key = to_utf8(parts.text());
  json::Object const answer{{"action", "accept"}, {"content", json::Object{{"a", key}}}};
  call->answers.set(key, answer);

  auto const state = seal_request_state(ring(), clock, server, *call);
  auto const read =
      [&](const std::string& text, const std::string& who, const std::string& of, json::Object with
      ) -> std::optional<Answers> {
    with["requestState"] = text;
    auto const retried = make_call(who, std::move(with));
    if (!read_responses(ring(), clock, of, *retried)) return std::nullopt;
    return retried->answers;
  };
  auto const answers = read(state, principal, server, params);
  require(answers && answers->all().size() == 1 && *answers->find(key) == answer);
  require(!read(damage.to(state), principal, server, params));
  require(!read(state, principal + 'x', server, params));
  require(!read(state, principal, server + 'x', params));
  auto other = params;
  other["name"] = key + "x";
  if (other != params) require(!read(state, principal, server, other));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  std::string_view const input(reinterpret_cast<const char*>(data) + 4, size - 4);
  Damage const damage{data[1] * 256u + data[2], data[3]};
  require(!open_session(ring(), input) && !open_task_id(ring(), input));
  require(!transport::EventId::parse(ring(), input));

  Parts parts(input);
  static constexpr decltype(&check_session
  ) kChecks[] = {check_session, check_event, check_cursor, check_task, check_state};
  kChecks[data[0] % std::size(kChecks)](parts, damage);
  return 0;
}
