#include "mcp/server.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::mcp {
namespace {

constexpr std::size_t kMaxNameBytes = 128;  // MCP 2025-11-25, server/tools, "Tool Names"
constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [others](char c) {
    return kAlphanumeric.find(c) != std::string_view::npos ||
           others.find(c) != std::string_view::npos;
  });
}

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && consists_of(name, "_-.");
}

bool has_object_root(const json::Object& schema) {
  auto const* type = schema.if_contains("type");
  return type != nullptr && *type == "object";
}

// RFC 3986, 2 and 3.1: a scheme, and no character that a URI cannot hold. Braces are a template's.
bool is_uri(std::string_view uri, std::string_view others) {
  auto const scheme = uri.substr(0, uri.find(':'));
  return scheme.size() < uri.size() && !scheme.empty() && consists_of(scheme, "+-.") &&
         scheme.find_first_of("0123456789+-.") != 0 &&
         consists_of(uri, std::string("-._~:/?#[]@!$&'()*+,;=%").append(others));
}

// Takes the one that `is_it` knows out of the list; false when there is none.
template <class T, class Predicate>
bool take_out(std::vector<std::shared_ptr<const T>>& list, Predicate is_it) {
  return std::erase_if(list, [&](const auto& entry) { return is_it(*entry); }) > 0;
}

template <class T, class Predicate>
std::shared_ptr<const T> find_in(
    const std::vector<std::shared_ptr<const T>>& list, Predicate is_it
) {
  auto const place = std::ranges::find_if(list, [&](const auto& entry) { return is_it(*entry); });
  return place == list.end() ? nullptr : *place;
}

Error refuse(ErrorKind kind, std::string_view what, std::string_view name, std::string_view why) {
  return {kind, fmt::format("{} '{}': {}", what, utf8_prefix(name, 200), why)};
}

}  // namespace

Result<> Server::add_tool(Tool tool) {
  auto const& definition = tool.definition;
  auto const bad = [&](std::string_view why) {
    return refuse(ErrorKind::invalid_input, "tool", definition.name, why);
  };
  if (!is_tool_name(definition.name))
    return bad("a name has 1 to 128 characters of A-Z a-z 0-9 _ - .");
  if (find_tool(definition.name) != nullptr)
    return refuse(ErrorKind::conflict, "tool", definition.name, "the name is taken");
  if (!tool.handler) return bad("it has no handler");
  if (!has_object_root(definition.input_schema))
    return bad("the root of its input schema must have \"type\":\"object\"");
  auto input = json::Schema::compile(definition.input_schema);
  if (!input) return bad("input schema: " + input.error().message());
  auto params = find_header_params(definition.input_schema);
  if (!params) return bad("input schema: " + params.error().message());
  std::optional<json::Schema> output;
  if (definition.output_schema) {
    auto compiled = json::Schema::compile(*definition.output_schema);
    if (!compiled) return bad("output schema: " + compiled.error().message());
    output = *std::move(compiled);
  }
  ToolEntry entry{std::move(tool), *std::move(input), std::move(output), *std::move(params)};
  tools_.push_back(std::make_shared<const ToolEntry>(std::move(entry)));
  tools_by_name_.emplace(tools_.back()->tool.definition.name, tools_.back());
  announce({Change::Kind::tools});
  return {};
}

bool Server::remove_tool(std::string_view name) {
  auto const place = tools_by_name_.find(name);
  if (place == tools_by_name_.end()) return false;
  auto const entry = place->second;
  tools_by_name_.erase(place);
  take_out(tools_, [&](const ToolEntry& other) { return &other == entry.get(); });
  announce({Change::Kind::tools});
  return true;
}

Result<> Server::add_resource(Resource resource) {
  auto const& uri = resource.definition.uri;
  if (!is_uri(uri, ""))
    return refuse(ErrorKind::invalid_input, "resource", uri, "this is no absolute URI");
  if (find_resource(uri) != nullptr)
    return refuse(ErrorKind::conflict, "resource", uri, "the URI is taken");
  if (!resource.handler)
    return refuse(ErrorKind::invalid_input, "resource", uri, "it has no handler");
  resources_.push_back(std::make_shared<const Resource>(std::move(resource)));
  announce({Change::Kind::resources});
  return {};
}

Result<> Server::add_template(ResourceTemplate resource_template) {
  auto const& text = resource_template.uri_template;
  auto const bad = [&](std::string_view why) {
    return refuse(ErrorKind::invalid_input, "resource template", text, why);
  };
  if (!is_uri(text, "{}")) return bad("this is no template of absolute URIs");
  if (find_template(text) != nullptr)
    return refuse(ErrorKind::conflict, "resource template", text, "it is there already");
  if (!resource_template.handler) return bad("it has no handler");
  DAVIT_TRY(auto compiled, UriTemplate::compile(text));
  for (auto const& [variable, completer] : resource_template.completers) {
    if (!completer || std::ranges::find(compiled.names(), variable) == compiled.names().end())
      return bad(fmt::format("nothing to complete for '{}'", variable));
  }
  TemplateEntry entry{std::move(resource_template), std::move(compiled)};
  templates_.push_back(std::make_shared<const TemplateEntry>(std::move(entry)));
  announce({Change::Kind::resources});
  return {};
}

bool Server::remove_resource(std::string_view uri) {
  auto const is_it = [uri](const Resource& other) { return other.definition.uri == uri; };
  if (!take_out(resources_, is_it)) return false;
  announce({Change::Kind::resources});
  return true;
}

Result<> Server::add_prompt(Prompt prompt) {
  auto const bad = [&](std::string_view why) {
    return refuse(ErrorKind::invalid_input, "prompt", prompt.name, why);
  };
  if (prompt.name.empty() || !is_utf8(prompt.name)) return bad("a name is UTF-8 and not empty");
  if (find_prompt(prompt.name) != nullptr)
    return refuse(ErrorKind::conflict, "prompt", prompt.name, "the name is taken");
  if (!prompt.handler) return bad("it has no handler");
  for (auto const& argument : prompt.arguments) {
    if (std::ranges::count(prompt.arguments, argument.name, &PromptArgument::name) > 1)
      return bad(fmt::format("the argument '{}' is there twice", argument.name));
  }
  prompts_.push_back(std::make_shared<const Prompt>(std::move(prompt)));
  announce({Change::Kind::prompts});
  return {};
}

bool Server::remove_prompt(std::string_view name) {
  if (!take_out(prompts_, [name](const Prompt& other) { return other.name == name; })) return false;
  announce({Change::Kind::prompts});
  return true;
}

void Server::resource_updated(std::string uri) {
  announce({Change::Kind::resource_updated, std::move(uri)});
}

void Server::announce(Change change) const {
  // A listener may remove itself.
  auto const listeners = listeners_;
  for (auto const& [number, listener] : listeners) listener(change);
}

bool Server::offers_tasks() const {
  return std::ranges::any_of(tools_, [](const auto& entry) {
    return entry->tool.tasks != TaskSupport::forbidden;
  });
}

bool Server::offers_completions() const {
  auto const completes = [](const PromptArgument& argument) { return bool(argument.completer); };
  return std::ranges::any_of(
             templates_, [](const auto& entry) { return !entry->offered.completers.empty(); }
         ) ||
         std::ranges::any_of(prompts_, [&](const auto& prompt) {
           return std::ranges::any_of(prompt->arguments, completes);
         });
}

std::shared_ptr<const Server::ToolEntry> Server::find_tool(std::string_view name) const {
  auto const place = tools_by_name_.find(name);
  return place == tools_by_name_.end() ? nullptr : place->second;
}

std::shared_ptr<const Resource> Server::find_resource(std::string_view uri) const {
  return find_in(resources_, [uri](const Resource& other) { return other.definition.uri == uri; });
}

std::shared_ptr<const Server::TemplateEntry> Server::find_template(std::string_view uri_template
) const {
  return find_in(templates_, [uri_template](const TemplateEntry& other) {
    return other.offered.uri_template == uri_template;
  });
}

std::shared_ptr<const Prompt> Server::find_prompt(std::string_view name) const {
  return find_in(prompts_, [name](const Prompt& other) { return other.name == name; });
}

std::size_t Server::add_listener(Listener listener) const {
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void Server::remove_listener(std::size_t number) const { listeners_.erase(number); }

}  // namespace davit::mcp
