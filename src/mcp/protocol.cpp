#include "mcp/protocol.h"

#include <algorithm>

#include <fmt/format.h>

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

// A capability is an object in another one, or in the root.
struct CapabilityRow {
  ClientCapabilities::Bit bit;
  std::string_view parent;  // empty for the root
  std::string_view key;
  Revision since;
  std::string_view meaning;
};
// Source of `since`: the schemas' "ClientCapabilities". Before 2025-11-25 there was one kind of
// elicitation, and no sub-capability of sampling.
constexpr CapabilityRow kCapabilities[] = {
    {ClientCapabilities::roots, "", "roots", Revision::v2024_11_05, "list its roots"},
    {ClientCapabilities::sampling, "", "sampling", Revision::v2024_11_05, "ask its model"},
    {ClientCapabilities::sampling_tools,
     "sampling",
     "tools",
     Revision::v2025_11_25,
     "ask its model with tools"},
    {ClientCapabilities::sampling_context,
     "sampling",
     "context",
     Revision::v2025_11_25,
     "ask its model with the context of servers"},
    {ClientCapabilities::elicitation_form,
     "elicitation",
     "form",
     Revision::v2025_06_18,
     "show its user a form"},
    {ClientCapabilities::elicitation_url,
     "elicitation",
     "url",
     Revision::v2025_11_25,
     "open a page for its user"},
    {ClientCapabilities::tasks,
     "extensions",
     kTasksExtension,
     Revision::v2026_07_28,
     "take a task for an answer"},
};

const CapabilityRow& row_of(ClientCapabilities::Bit bit) {
  return *std::ranges::find(kCapabilities, bit, &CapabilityRow::bit);
}

const json::Object* find_object(const json::Object* object, std::string_view key) {
  auto const* value = object == nullptr ? nullptr : object->if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

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
  auto const add = [&read](ClientCapabilities::Bit bit) {
    read.bits = static_cast<std::uint16_t>(read.bits | bit);
  };
  for (auto const& row : kCapabilities) {
    auto const* parent =
        row.parent.empty() ? &capabilities : find_object(&capabilities, row.parent);
    if (find_object(parent, row.key) != nullptr) add(row.bit);
  }
  // 2025-06-18 has no modes, and 2025-11-25 takes an object without any for forms.
  auto const* elicitation = find_object(&capabilities, "elicitation");
  if (elicitation != nullptr && !read.has(ClientCapabilities::elicitation_url)) {
    add(ClientCapabilities::elicitation_form);
  }
  return read;
}

json::Object to_json(ClientCapabilities::Bit capability) {
  auto const& row = row_of(capability);
  json::Object object{{row.key, json::Object()}};
  if (row.parent.empty()) return object;
  return json::Object{{row.parent, std::move(object)}};
}

Revision since(ClientCapabilities::Bit capability) { return row_of(capability).since; }

std::string needs_capability(ClientCapabilities::Bit capability) {
  auto const& row = row_of(capability);
  auto const* dot = row.parent.empty() ? "" : ".";
  return fmt::format(
      "this needs a client that can {} ({}{}{})", row.meaning, row.parent, dot, row.key
  );
}

json::Array to_json(const std::vector<Icon>& icons) {
  json::Array array;
  for (auto const& icon : icons) {
    json::Object object{{"src", icon.src}};
    if (!icon.mime_type.empty()) object["mimeType"] = icon.mime_type;
    if (!icon.sizes.empty()) object["sizes"] = json::Array(icon.sizes.begin(), icon.sizes.end());
    if (!icon.theme.empty()) object["theme"] = icon.theme;
    array.push_back(std::move(object));
  }
  return array;
}

json::Object to_json(const Implementation& implementation, Revision revision) {
  json::Object object{{"name", implementation.name}, {"version", implementation.version}};
  auto const add = [&object](std::string_view key, const std::string& value) {
    if (!value.empty()) object[key] = value;
  };
  if (revision >= Revision::v2025_06_18) add("title", implementation.title);
  if (revision >= Revision::v2025_11_25) {
    add("description", implementation.description);
    add("websiteUrl", implementation.website_url);
    if (!implementation.icons.empty()) object["icons"] = to_json(implementation.icons);
  }
  return object;
}

}  // namespace davit::mcp
