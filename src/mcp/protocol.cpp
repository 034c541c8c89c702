#include "mcp/protocol.h"

#include <algorithm>

namespace davit::mcp {
namespace {

constexpr std::string_view kLevels[] = {
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
};

struct CapabilityRow {
  ClientCapabilities::Bit bit;
  std::string_view path;
};
constexpr CapabilityRow kCapabilities[] = {
    {ClientCapabilities::roots, "roots"},
    {ClientCapabilities::sampling, "sampling"},
    {ClientCapabilities::sampling_tools, "sampling.tools"},
    {ClientCapabilities::elicitation_form, "elicitation.form"},
    {ClientCapabilities::elicitation_url, "elicitation.url"},
    {ClientCapabilities::tasks, "tasks"},
};

}  // namespace

const RevisionRow* find_revision(std::string_view name) {
  auto const place = std::ranges::find(kRevisions, name, &RevisionRow::name);
  return place == kRevisions.end() ? nullptr : &*place;
}

std::string_view to_string(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> parse_log_level(std::string_view name) {
  auto const place = std::ranges::find(kLevels, name);
  if (place == std::end(kLevels)) return std::nullopt;
  return static_cast<LogLevel>(place - std::begin(kLevels));
}

ClientCapabilities read_capabilities(const json::Object& capabilities) {
  ClientCapabilities read;
  json::Value const value = capabilities;
  for (auto const& [bit, path] : kCapabilities) {
    if (json::find_object(value, path) != nullptr)
      read.bits = static_cast<std::uint16_t>(read.bits | bit);
  }
  // An empty object is the form of 2025-06-18: forms only.
  auto const* elicitation = json::find_object(value, "elicitation");
  if (elicitation != nullptr && elicitation->empty()) {
    read.bits = static_cast<std::uint16_t>(read.bits | ClientCapabilities::elicitation_form);
  }
  return read;
}

json::Object to_json(const Implementation& implementation) {
  json::Object object{{"name", implementation.name}, {"version", implementation.version}};
  if (!implementation.title.empty()) object["title"] = implementation.title;
  return object;
}

}  // namespace davit::mcp
