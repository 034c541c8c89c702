// The Model Context Protocol's names and numbers: revisions, error codes, reserved keys.
// Source: https://modelcontextprotocol.io/specification, revisions 2024-11-05 to 2026-07-28.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
};
inline constexpr std::array<RevisionRow, 5> kRevisions{{
    {Revision::v2024_11_05, "2024-11-05", Era::legacy},
    {Revision::v2025_03_26, "2025-03-26", Era::legacy},
    {Revision::v2025_06_18, "2025-06-18", Era::legacy},
    {Revision::v2025_11_25, "2025-11-25", Era::legacy},
    {Revision::v2026_07_28, "2026-07-28", Era::modern},
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
// 2024-11-05 to 2025-11-25, server/resources, "Error Handling"; -32602 in 2026-07-28.
inline constexpr int kLegacyResourceNotFound = -32002;

// Keys of `_meta`.
inline constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kMetaClient = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kMetaServer = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kMetaSubscription = "io.modelcontextprotocol/subscriptionId";
inline constexpr std::string_view kMetaRelatedTask = "io.modelcontextprotocol/related-task";
inline constexpr std::string_view kMetaProgressToken = "progressToken";

// The tasks extension of 2026-07-28 (SEP-2663).
inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

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
    tasks = 32,  // the extension of 2026-07-28
    sampling_context = 64,
  };
  std::uint16_t bits = 0;

  bool has(Bit bit) const { return (bits & bit) != 0; }
};
ClientCapabilities read_capabilities(const json::Object& capabilities);
// The tree that names one capability, {"elicitation":{"url":{}}}: for `requiredCapabilities`.
json::Object to_json(ClientCapabilities::Bit capability);
// The first revision that has the capability; an older client may say so, but does not have it.
Revision since(ClientCapabilities::Bit capability);
// "this needs a client that can show its user a form (elicitation.form)".
std::string needs_capability(ClientCapabilities::Bit capability);

// 2025-11-25, schema "Icon". Clients refuse every other scheme than https: and data:.
struct Icon {
  std::string src;
  std::string mime_type;           // optional
  std::vector<std::string> sizes;  // "48x48", "any"; optional
  std::string theme;               // "light" or "dark"; optional
};
json::Array to_json(const std::vector<Icon>& icons);

// Name and version of a program, as `serverInfo` and `clientInfo` carry them.
struct Implementation {
  std::string name;
  std::string version;
  std::string title;  // optional, as is what follows
  std::string description = {};
  std::string website_url = {};
  std::vector<Icon> icons = {};
};
// Only with the members that the revision knows.
json::Object to_json(const Implementation& implementation, Revision revision);

}  // namespace davit::mcp
