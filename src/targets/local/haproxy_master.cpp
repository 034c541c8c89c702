#include "targets/local/haproxy_master.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "targets/local/process.h"
#include "targets/local/runtime_socket.h"

namespace davit::local {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{20};
constexpr milliseconds kNobodyListens{2'000};  // at most, while it executes itself anew

}  // namespace

// It answers until we say that this was all.
Async<std::string> HaproxyMaster::ask(std::string question) {
  co_return co_await ask_haproxy(executor_, socket_, question + "; quit");
}

// Having started or reloaded, the master executes itself anew, and for a moment nobody listens.
Async<std::string> HaproxyMaster::processes() {
  for (milliseconds waited{0};; waited += kLook) {
    auto said = co_await ask("show proc");
    if (said && said->starts_with("#<PID>")) co_return said;
    if (waited >= kNobodyListens || !process_.is_running()) {
      if (!said) co_return std::move(said).error().while_doing("asking HAProxy's master");
      co_return Error(ErrorKind::protocol, "HAProxy's master gives a strange answer");
    }
    DAVIT_CO_CHECK(co_await sleep_for(kLook));
  }
}

Async<> HaproxyMaster::reload() {
  DAVIT_CO_CHECK(co_await processes());
  may_have_old_workers_ = true;
  // It closes the connection instead of answering.
  auto const asked = co_await ask("reload");
  if (!asked && asked.error().kind() == ErrorKind::cancelled) co_return asked.error();
  co_return Result<>();
}

Async<std::optional<HaproxyMaster::Sessions>> HaproxyMaster::old_sessions() {
  Sessions sessions;
  // Before it is asked: a reload meanwhile says yes again.
  if (!std::exchange(may_have_old_workers_, false)) co_return sessions;
  auto const outcome = co_await add_old_sessions(&sessions);
  if (outcome) co_return sessions;
  may_have_old_workers_ = true;
  if (outcome.error().kind() == ErrorKind::cancelled) co_return outcome.error();
  co_return std::nullopt;
}

Async<> HaproxyMaster::add_old_sessions(Sessions* sessions) {
  DAVIT_CO_TRY(auto const said, co_await processes());
  for (auto const pid : parse_old_workers(said)) {
    may_have_old_workers_ = true;
    auto const text = co_await ask(fmt::format("@!{} show stat", pid));
    if (!text && text.error().kind() == ErrorKind::cancelled) co_return text.error();
    auto const all = text ? parse_stat(*text) : Result<ServerHealths>(text.error());
    if (!all) {
      auto const stat = read_stat(pid);
      if (stat ? stat->state == 'Z' : is_gone(pid)) continue;
      co_return all.error();
    }
    for (auto const& [backend, servers] : *all) {
      for (auto const& [slot, server] : servers) (*sessions)[server.port] += server.sessions;
    }
  }
  co_return Result<>();
}

}  // namespace davit::local
