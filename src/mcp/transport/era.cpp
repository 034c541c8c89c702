#include "mcp/transport/era.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"

namespace davit::mcp::transport {
namespace {

using jsonrpc::ErrorObject;

constexpr std::size_t kShownBytes = 100;

bool is_legacy_name(std::string_view version) {
  auto const* revision = find_revision(version);
  return revision != nullptr && revision->era == Era::legacy;
}

const json::Object* meta_of(const jsonrpc::Message& message) {
  auto const* params = message.params();
  auto const* meta = params == nullptr ? nullptr : params->if_contains("_meta");
  return meta == nullptr ? nullptr : meta->if_object();
}

Refusal mismatch(std::string message) { return {400, {kHeaderMismatch, std::move(message)}}; }

Refusal unsupported(std::string_view version) {
  json::Array supported;
  for (auto const& revision : kRevisions) {
    if (revision.era == Era::modern) supported.push_back(json::String(revision.name));
  }
  json::Object data{{"supported", std::move(supported)}, {"requested", json::String(version)}};
  auto message =
      fmt::format("protocol version '{}' is not supported", utf8_prefix(version, kShownBytes));
  return {400, {kUnsupportedVersion, std::move(message), std::move(data)}};
}

// The header must stand there once and say what the body says.
std::optional<Refusal> check_equal(
    const http::Headers& headers, std::string_view name, std::string_view body, bool encoded
) {
  auto const count = headers.count(name);
  if (count == 0) return mismatch(fmt::format("the header {} is missing", name));
  if (count > 1) return mismatch(fmt::format("the header {} stands {} times", name, count));
  std::string value(*headers.get(name));
  if (encoded) {
    auto decoded = decode_header_value(value);
    if (!decoded)
      return mismatch(
          fmt::format("the header {} has characters or Base64 that are not allowed", name)
      );
    value = *std::move(decoded);
  }
  if (value != body) {
    return mismatch(fmt::format(
        "the header {} says '{}', the body says '{}'",
        name,
        to_utf8(utf8_prefix(value, kShownBytes)),
        utf8_prefix(body, kShownBytes)
    ));
  }
  return std::nullopt;
}

}  // namespace

Era classify(const http::Headers& headers, const jsonrpc::Message& message) {
  auto const* meta = meta_of(message);
  if (!message.method.empty() && meta != nullptr && meta->contains(kMetaVersion))
    return Era::modern;
  return has_legacy_version(headers) ? Era::legacy : Era::modern;
}

bool has_legacy_version(const http::Headers& headers) {
  auto const version = headers.get(kVersionHeader);
  return !version || is_legacy_name(*version);
}

namespace {

// Each step of the ladder is one of these; which of them apply depends on the transport.

std::optional<Refusal> check_meta(const jsonrpc::Message& message) {
  auto const* meta = meta_of(message);
  auto const missing = [](std::string_view key) {
    return Refusal{
        400, {jsonrpc::kInvalidParams, fmt::format("params._meta[\"{}\"] is missing", key)}
    };
  };
  auto const* version = meta == nullptr ? nullptr : meta->if_contains(kMetaVersion);
  if (version == nullptr || !version->is_string()) return missing(kMetaVersion);
  auto const* capabilities = meta->if_contains(kMetaCapabilities);
  if (capabilities == nullptr || !capabilities->is_object()) return missing(kMetaCapabilities);
  return std::nullopt;
}

std::string_view version_of(const jsonrpc::Message& message) {
  return json::view(meta_of(message)->at(kMetaVersion).get_string());
}

std::optional<Refusal> check_version(std::string_view name) {
  auto const* revision = find_revision(name);
  if (revision == nullptr || revision->era == Era::legacy) return unsupported(name);
  return std::nullopt;
}

std::optional<Refusal> check_method(const MethodRow* method, std::string_view name) {
  if (method != nullptr) return std::nullopt;
  return Refusal{
      404,
      {jsonrpc::kMethodNotFound, fmt::format("unknown method '{}'", utf8_prefix(name, kShownBytes))}
  };
}

std::optional<Refusal> check_name(
    const http::Headers& headers, const jsonrpc::Message& message, const MethodRow& method
) {
  if (method.named_by.empty()) return std::nullopt;
  auto const* named = message.params()->if_contains(method.named_by);
  // Without the member, the check of the params has the better answer.
  if (named == nullptr || !named->is_string()) return std::nullopt;
  return check_equal(headers, "Mcp-Name", json::view(named->get_string()), true);
}

// The methods of an extension, for a client that has not declared it.
std::optional<Refusal> check_extension(const jsonrpc::Message& message, const MethodRow& method) {
  if (method.needs != Feature::tasks) return std::nullopt;
  auto const& capabilities = meta_of(message)->at(kMetaCapabilities).get_object();
  if (read_capabilities(capabilities).has(ClientCapabilities::tasks)) return std::nullopt;
  Refusal refusal{
      400, {kMissingCapability, fmt::format("{} needs the tasks extension", method.name)}
  };
  refusal.error.data = json::Object{{"requiredCapabilities", to_json(ClientCapabilities::tasks)}};
  return refusal;
}

// The headers that repeat arguments of a tool. A tool that does not exist is the dispatcher's to
// refuse.
std::optional<Refusal> check_params(
    const http::Headers& headers, const jsonrpc::Message& message, const Server& server
) {
  auto const name = json::find_string(message.root, "params.name");
  auto const entry = name ? server.find_tool(*name) : nullptr;
  if (entry == nullptr || entry->header_params.empty()) return std::nullopt;
  static const json::Object none;
  auto const* given = json::find_object(message.root, "params.arguments");
  auto const& arguments = given == nullptr ? none : *given;
  for (auto const& param : entry->header_params) {
    auto const header = "Mcp-Param-" + param.name;
    auto const count = headers.count(header);
    auto const* argument = find_argument(param, arguments);
    if (argument == nullptr && count > 0)
      return mismatch(fmt::format("the header {} stands for an argument that is not there", header)
      );
    if (argument == nullptr) continue;
    if (count == 0) return mismatch(fmt::format("the header {} is missing", header));
    if (count > 1) return mismatch(fmt::format("the header {} stands {} times", header, count));
    auto const value = decode_header_value(*headers.get(header));
    if (!value || !says_the_same(param, *argument, *value))
      return mismatch(fmt::format("the header {} differs from its argument", header));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_modern(
    const http::Headers& headers, const jsonrpc::Message& message, const Dispatcher& dispatcher
) {
  if (!headers.get(kVersionHeader))
    return mismatch(fmt::format("the header {} is missing", kVersionHeader));
  if (auto refusal = check_meta(message)) return refusal;
  auto const version = version_of(message);
  if (auto refusal = check_equal(headers, kVersionHeader, version, false)) return refusal;
  if (auto refusal = check_version(version)) return refusal;
  if (auto refusal = check_equal(headers, "Mcp-Method", message.method, false)) return refusal;
  auto const* method = dispatcher.find_method(message.method, Revision::v2026_07_28);
  if (auto refusal = check_method(method, message.method)) return refusal;
  if (auto refusal = check_name(headers, message, *method)) return refusal;
  if (auto refusal = check_extension(message, *method)) return refusal;
  if (method->name == "tools/call") return check_params(headers, message, dispatcher.server());
  return std::nullopt;
}

std::optional<Refusal> check_modern(const jsonrpc::Message& message, const Dispatcher& dispatcher) {
  if (auto refusal = check_meta(message)) return refusal;
  if (auto refusal = check_version(version_of(message))) return refusal;
  auto const* method = dispatcher.find_method(message.method, Revision::v2026_07_28);
  if (auto refusal = check_method(method, message.method)) return refusal;
  return check_extension(message, *method);
}

std::optional<std::string> decode_header_value(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (value.size() >= kPrefix.size() + kSuffix.size() && value.starts_with(kPrefix) &&
      value.ends_with(kSuffix)) {
    value.remove_prefix(kPrefix.size());
    value.remove_suffix(kSuffix.size());
    auto decoded = base64_decode(value);
    if (!decoded || !is_utf8(*decoded)) return std::nullopt;
    return decoded;
  }
  auto const is_plain = [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); };
  if (!std::ranges::all_of(value, is_plain)) return std::nullopt;
  return std::string(value);
}

}  // namespace davit::mcp::transport
