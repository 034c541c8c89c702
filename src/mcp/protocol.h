// The Model Context Protocol's names and numbers: revisions, error codes, reserved keys.
// Source: https://modelcontextprotocol.io/specification, revisions 2024-11-05 to 2026-07-28.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace davit::mcp {

// In order of time.
enum class Revision : std::uint8_t {
  v2024_11_05,
  v2025_03_26,
  v2025_06_18,
  v2025_11_25,
  v2026_07_28
};

// Legacy: a handshake, then a session. Modern: every request stands for itself.
enum class Era { legacy, modern };

struct RevisionRow {
  Revision revision;
  std::string_view name;
  Era era;
  bool served;  // false: known, so that its messages are recognised, but not offered
};
inline constexpr std::array<RevisionRow, 5> kRevisions{{
    {Revision::v2024_11_05, "2024-11-05", Era::legacy, false},
    {Revision::v2025_03_26, "2025-03-26", Era::legacy, false},
    {Revision::v2025_06_18, "2025-06-18", Era::legacy, false},
    {Revision::v2025_11_25, "2025-11-25", Era::legacy, true},
    {Revision::v2026_07_28, "2026-07-28", Era::modern, true},
}};
// What a legacy client is offered that asks for something else.
inline constexpr Revision kNewestLegacy = Revision::v2025_11_25;

constexpr const RevisionRow& row(Revision revision) {
  return kRevisions[static_cast<std::size_t>(revision)];
}
constexpr std::string_view to_string(Revision revision) { return row(revision).name; }
constexpr Era era_of(Revision revision) { return row(revision).era; }
const RevisionRow* find_revision(std::string_view name);

// 2026-07-28, schema "Error codes"; never sent to a legacy client, for a client that speaks both
// eras takes them as the proof of a modern server.
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingCapability = -32021;
inline constexpr int kUnsupportedVersion = -32022;

// Keys of `_meta`.
inline constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kMetaClient = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kMetaServer = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kMetaProgressToken = "progressToken";

// RFC 5424 severities, in rising order.
enum class LogLevel { debug, info, notice, warning, error, critical, alert, emergency };
std::string_view to_string(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view name);

// What a client says it can do, as bits, so that a session id can carry them.
struct ClientCapabilities {
  enum Bit : std::uint16_t {
    roots = 1,
    sampling = 2,
    sampling_tools = 4,
    elicitation_form = 8,
    elicitation_url = 16,
    tasks = 32,
  };
  std::uint16_t bits = 0;

  bool has(Bit bit) const { return (bits & bit) != 0; }
};
ClientCapabilities read_capabilities(const json::Object& capabilities);

// Name and version of a program, as `serverInfo` and `clientInfo` carry them.
struct Implementation {
  std::string name;
  std::string version;
  std::string title;  // optional
};
json::Object to_json(const Implementation& implementation);

}  // namespace davit::mcp
