#include "release/journal_line.h"

#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "release/journal_file.h"
#include "release/time_text.h"

namespace davit::release {
namespace {

constexpr std::int64_t kFormat = 1;

struct OriginText {
  std::string_view key;
  std::string Origin::* member;
};
constexpr std::array kOriginTexts{
    OriginText{"release", &Origin::release},
    OriginText{"previous", &Origin::previous},
    OriginText{"actor", &Origin::actor},
    OriginText{"command", &Origin::command},
    OriginText{"commit", &Origin::commit},
    OriginText{"strategy", &Origin::strategy},
};

std::optional<rollout::Time> find_time(const json::Object& object, std::string_view key) {
  auto const text = json::find_string(object, key);
  return text ? parse_time(*text) : std::nullopt;
}

Result<Origin> read_origin(const json::Object& line, const std::string& release) {
  auto const format = json::find_int(line, "journal");
  if (!format) return Error(ErrorKind::protocol, "this is no journal of a release");
  if (*format != kFormat) {
    return Error(
        ErrorKind::protocol,
        fmt::format("a journal of format {}; this davit reads format {}", *format, kFormat)
    );
  }
  Origin origin;
  for (auto const& [key, member] : kOriginTexts)
    origin.*member = json::find_string(line, key).value_or("");
  origin.committed_at = find_time(line, "committed_at");
  origin.allows_breaking = json::find_bool(line, "allows_breaking").value_or(false);
  if (origin.release != release) {
    return Error(
        ErrorKind::protocol,
        fmt::format("this is the journal of '{}', not of '{}'", origin.release, release)
    );
  }
  return origin;
}

Result<JournalLine> read_line(json::Object object) {
  JournalLine line;
  auto const at = find_time(object, "at");
  if (!at) return Error(ErrorKind::protocol, "'at' is no time");
  line.at = *at;
  if (auto const* state = object.if_contains("state")) {
    DAVIT_TRY(line.state, state_from_json(*state));
  } else if (!json::find_string(object, "note")) {
    return Error(ErrorKind::protocol, "neither an event with its state nor a note");
  }
  line.text = std::move(object);
  return line;
}

Error at_line(const Error& error, const std::filesystem::path& file, std::size_t number) {
  return Error(
      ErrorKind::protocol, fmt::format("{}:{}: {}", file.string(), number, error.message())
  );
}

}  // namespace

json::Object to_line(const Origin& origin, rollout::Time at) {
  json::Object line;
  line["journal"] = kFormat;
  line["at"] = to_text(at);
  for (auto const& [key, member] : kOriginTexts) line[key] = to_utf8(origin.*member);
  line["allows_breaking"] = origin.allows_breaking;
  if (origin.committed_at) line["committed_at"] = to_text(*origin.committed_at);
  return line;
}

json::Object to_line(const rollout::Event& event, const rollout::State& state) {
  json::Object line;
  line["at"] = to_text(event.now);
  line["event"] = rollout::to_string(event.kind);
  if (event.number != 0) line["number"] = static_cast<std::int64_t>(event.number);
  if (!event.reason.empty()) line["reason"] = to_utf8(event.reason);
  line["state"] = to_json(state);
  return line;
}

json::Object to_line(std::string_view note, json::Object data, rollout::Time at) {
  json::Object line;
  line["at"] = to_text(at);
  line["note"] = note;
  line["data"] = std::move(data);
  return line;
}

rollout::State planned_state(const Origin& origin) {
  rollout::State state;
  state.plan.release = origin.release;
  state.plan.previous = origin.previous;
  return state;
}

Result<ReadJournal> read_lines(const std::filesystem::path& folder, const std::string& release) {
  ReadJournal out;
  DAVIT_TRY(out.file, journal_path(folder, release));
  DAVIT_TRY(auto text, read_journal(out.file));
  out.bytes = text.bytes;
  if (text.lines.empty())
    return Error(ErrorKind::protocol, out.file.string() + " is no journal: it has no whole line");
  auto const at = find_time(text.lines.front(), "at");
  auto origin = read_origin(text.lines.front(), release);
  if (!origin) return at_line(origin.error(), out.file, 1);
  out.origin = *std::move(origin);
  out.began = at.value_or(rollout::Time{});
  for (std::size_t n = 1; n < text.lines.size(); ++n) {
    auto line = read_line(std::move(text.lines[n]));
    if (!line) return at_line(line.error(), out.file, n + 1);
    out.lines.push_back(*std::move(line));
  }
  return out;
}

}  // namespace davit::release
