#include "targets/local/runtime_socket.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "async/socket.h"
#include "base/strings.h"
#include "targets/local/numbers.h"

namespace davit::local {
namespace {

constexpr std::size_t kMostAnswer = 4 * 1024 * 1024;
constexpr std::chrono::seconds kLimit{2};

Error strange(std::string_view question) {
  return Error(
      ErrorKind::protocol, fmt::format("HAProxy's answer to '{}' is not understood", question)
  );
}

Async<std::string> read_all(Socket* socket) {
  std::string answer;
  std::array<char, 16 * 1024> piece{};
  while (true) {
    DAVIT_CO_TRY(auto const count, co_await socket->read_some(piece));
    if (count == 0) co_return answer;
    if (answer.size() + count > kMostAnswer)
      co_return Error(ErrorKind::protocol, "HAProxy's answer is too long");
    answer.append(piece.data(), count);
  }
}

// Lines without the empty ones.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (auto const line : split(text, '\n')) {
    if (!trim(line).empty()) lines.push_back(line);
  }
  return lines;
}

// The place of each named column, or nothing when one is missing.
std::optional<std::vector<std::size_t>> places_of(
    std::string_view header, char separator, std::initializer_list<std::string_view> names
) {
  if (!header.starts_with("# ")) return {};
  auto const columns = split(header.substr(2), separator);
  std::vector<std::size_t> places;
  for (auto const name : names) {
    std::size_t place = 0;
    while (place < columns.size() && columns[place] != name) ++place;
    if (place == columns.size()) return {};
    places.push_back(place);
  }
  return places;
}

std::optional<std::vector<std::string_view>> pick(
    std::string_view line, char separator, const std::vector<std::size_t>& places
) {
  auto const fields = split(line, separator);
  std::vector<std::string_view> picked;
  for (auto const place : places) {
    if (place >= fields.size()) return {};
    picked.push_back(fields[place]);
  }
  return picked;
}

}  // namespace

Async<std::string> ask_haproxy(
    Executor executor, std::filesystem::path socket, std::string question
) {
  Socket connection(executor);
  DAVIT_CO_CHECK(co_await connection.connect_unix(socket.string(), kLimit));
  DAVIT_CO_CHECK(co_await with_timeout(connection.write_all(question + "\n"), kLimit));
  auto answer = co_await with_timeout(read_all(&connection), kLimit);
  if (!answer) co_return std::move(answer).error().while_doing("asking HAProxy");
  co_return answer;
}

Result<ServerStates> parse_servers_state(std::string_view text) {
  auto const lines = lines_of(text);
  // "1" is the version of the format. What ends without a line feed was cut off.
  if (lines.size() < 2 || trim(lines[0]) != "1" || !text.ends_with('\n'))
    return strange("show servers state");
  auto const places = places_of(
      lines[1], ' ', {"be_name", "srv_name", "srv_admin_state", "srv_uweight", "srv_port"}
  );
  if (!places) return strange("show servers state");
  ServerStates states;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    auto const fields = pick(lines[i], ' ', *places);
    if (!fields) return strange("show servers state");
    auto const admin = to_number<int>((*fields)[2]);
    auto const weight = to_number<int>((*fields)[3]);
    auto const port = to_number<std::uint16_t>((*fields)[4]);
    if (!admin || !weight || !port) return strange("show servers state");
    // Forced, inherited, and of the resolver; 4 only says that it was so in the configuration.
    constexpr int kMaintenance = 0x01 | 0x02 | 0x20;
    states[std::string((*fields)[0])][std::string((*fields)[1])] =
        ServerState{*port, *weight, (*admin & kMaintenance) != 0};
  }
  return states;
}

Result<ServerHealths> parse_stat(std::string_view text) {
  auto const lines = lines_of(text);
  if (lines.empty() || !text.ends_with('\n')) return strange("show stat");
  auto const places =
      places_of(lines[0], ',', {"pxname", "svname", "status", "weight", "scur", "addr"});
  if (!places) return strange("show stat");
  ServerHealths all;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto const fields = pick(lines[i], ',', *places);
    if (!fields) return strange("show stat");
    if ((*fields)[1] == "FRONTEND" || (*fields)[1] == "BACKEND") continue;
    auto const weight = to_number<int>((*fields)[3]);
    auto const sessions = to_number<std::int64_t>((*fields)[4]);
    if (!weight || !sessions) return strange("show stat");
    auto const address = (*fields)[5];
    auto const port = to_number<std::uint16_t>(address.substr(address.rfind(':') + 1));
    all[std::string((*fields)[0])][std::string((*fields)[1])] =
        ServerHealth{(*fields)[2].starts_with("UP"), *weight, *sessions, port.value_or(0)};
  }
  return all;
}

std::vector<int> parse_old_workers(std::string_view text) {
  std::vector<int> pids;
  auto is_old = false;
  for (auto const line : lines_of(text)) {
    if (line.starts_with('#')) is_old = line.starts_with("# old workers");
    auto const pid = to_number<int>(line.substr(0, line.find_first_of(" \t")));
    if (is_old && pid && *pid > 0) pids.push_back(*pid);
  }
  return pids;
}

Result<std::string> parse_description(std::string_view text) {
  constexpr std::string_view kKey = "description: ";
  for (auto const line : split(text, '\n')) {
    if (line.starts_with(kKey)) return std::string(trim(line.substr(kKey.size())));
  }
  return strange("show info");
}

}  // namespace davit::local
