#include <array>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "app/local/findings.h"
#include "async/loop.h"
#include "async/socket.h"

namespace davit::app {
namespace {

using namespace std::chrono_literals;

// PING of the Redis protocol; a server that wants a password first answers as well.
Async<std::string> ping(Executor executor, std::string host, std::uint16_t port) {
  Socket socket(executor);
  DAVIT_CO_CHECK(co_await socket.connect_tcp(std::move(host), port, 3s));
  DAVIT_CO_CHECK(co_await socket.write_all("PING\r\n"));
  std::array<char, 256> buffer{};
  DAVIT_CO_TRY(auto const size, co_await with_timeout(socket.read_some(buffer), 3s));
  co_return std::string(buffer.data(), size);
}

}  // namespace

Finding look_at_store(const std::string& store) {
  if (store == "none") return skipped("no store is configured");
  constexpr std::string_view kEnvironment = "env:";
  if (!store.starts_with(kEnvironment)) {
    return skipped("only `env:NAME` is looked at from here, and the store is " + store);
  }
  auto const* address = std::getenv(store.substr(kEnvironment.size()).c_str());
  if (address == nullptr) {
    return failed(store + " is not set", "set it to the store's redis:// address");
  }
  // redis://[USER:PASSWORD@]HOST[:PORT][/...]; the password stays unseen.
  std::string_view rest(address);
  if (auto const at = rest.find("://"); at != rest.npos) rest.remove_prefix(at + 3);
  rest = rest.substr(0, rest.find('/'));
  if (auto const at = rest.rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);
  auto const colon = rest.rfind(':');
  auto const host = std::string(rest.substr(0, colon));
  auto const port =
      colon == rest.npos ? 6379 : std::atoi(std::string(rest.substr(colon + 1)).c_str());
  Loop loop;
  auto const answer = loop.run(ping(loop.executor(), host, static_cast<std::uint16_t>(port)));
  auto const where = fmt::format("{}:{}", host, port);
  if (!answer) return failed(where + ": " + answer.error().message(), "start it, or open the way");
  if (answer->starts_with("+PONG")) return ok(where + " answers");
  if (answer->starts_with("-NOAUTH")) return ok(where + " answers, and wants its password");
  return failed(where + " does not answer as Redis does", "is it the right port?");
}

}  // namespace davit::app
