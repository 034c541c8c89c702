#include "connector/definition.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/strings.h"
#include "mcp/projection.h"

namespace davit::connector {
namespace {

bool is_list(const Param& param) {
  return param.kind == Kind::string_list || param.kind == Kind::joined_list;
}

json::Array choices_of(const Param& param) {
  json::Array choices;
  for (auto const choice : split(param.choices, '|')) choices.emplace_back(choice);
  return choices;
}

json::Value fallback_of(const Param& param) {
  if (param.kind == Kind::boolean) return param.fallback == "true";
  if (param.kind == Kind::number) return json::parse(param.fallback).value_or(json::Value());
  if (is_list(param)) {
    json::Array list;
    for (auto const element : split(param.fallback, '|')) list.emplace_back(element);
    return list;
  }
  if (param.kind == Kind::integer) {
    std::int64_t number = 0;
    std::from_chars(param.fallback.data(), param.fallback.data() + param.fallback.size(), number);
    return number;
  }
  return json::Value(param.fallback);
}

// The text of a row is checked by a test of all tables.
json::Object schema_of_object(const Param& param) {
  auto const parsed = json::parse(param.schema);
  if (parsed && parsed->is_object()) return parsed->get_object();
  return {{"type", "object"}};
}

json::Object schema_of(const Param& param) {
  json::Object schema;
  switch (param.kind) {
    case Kind::string:
    case Kind::timestamp: schema["type"] = "string"; break;
    case Kind::integer: schema["type"] = "integer"; break;
    case Kind::number: schema["type"] = "number"; break;
    case Kind::boolean: schema["type"] = "boolean"; break;
    case Kind::object: schema = schema_of_object(param); break;
    case Kind::object_list: {
      schema["type"] = "array";
      schema["items"] = schema_of_object(param);
      break;
    }
    case Kind::string_list:
    case Kind::joined_list: {
      schema["type"] = "array";
      json::Object items{{"type", "string"}};
      if (!param.choices.empty()) items["enum"] = choices_of(param);
      schema["items"] = std::move(items);
      break;
    }
  }
  if (!param.description.empty()) schema["description"] = param.description;
  if (!param.choices.empty() && !is_list(param)) schema["enum"] = choices_of(param);
  using Limits = std::numeric_limits<std::int64_t>;
  auto const is_number = param.kind == Kind::integer || param.kind == Kind::number;
  if (is_number && param.min != Limits::min()) schema["minimum"] = param.min;
  if (is_number && param.max != Limits::max()) schema["maximum"] = param.max;
  auto const is_array = is_list(param) || param.kind == Kind::object_list;
  if (is_array && param.max != Limits::max()) schema["maxItems"] = param.max;
  if (!param.fallback.empty()) schema["default"] = fallback_of(param);
  return schema;
}

json::Object input_schema(const Tool& tool) {
  json::Object properties;
  json::Array required;
  for (auto const& param : tool.params) {
    if (param.name.empty()) continue;
    properties[param.name] = schema_of(param);
    if (param.required) required.emplace_back(param.name);
  }
  json::Object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

// Nothing is required in it: some clients hold the answer of a failed call against it, too.
json::Object list_schema() {
  return {
      {"type", "object"},
      {"properties",
       {{"next_cursor", {{"type", "string"}}},
        {"total", {{"type", "integer"}}},
        {"complete", {{"type", "boolean"}}},
        {"items", {{"type", "array"}}}}},
  };
}

std::string names_of_params(const Tool& tool) {
  std::string names;
  for (auto const& param : tool.params) {
    if (param.name.empty()) continue;
    if (!names.empty()) names += ", ";
    auto const bold = param.required ? "**" : "";
    names += fmt::format("{0}`{1}`{0}", bold, param.name);
  }
  return names.empty() ? "none" : names;
}

std::string request_of(const Tool& tool) {
  std::string text;
  auto const add = [&](Str method, Str path) {
    if (!text.empty()) text += "<br>";
    text += fmt::format("`{} {}`", method, path.substr(0, path.find('?')));
  };
  for (auto const path : split(tool.call.path, '|')) {
    if (!path.empty()) add(http::to_string(tool.call.method), path);
  }
  for (auto const& part : tool.parts) {
    if (!part.name.empty()) add("GET", part.path);
  }
  return text;
}

Str access_of(Effect effect) {
  switch (effect) {
    case Effect::read: return "read-only";
    case Effect::write: return "read-write";
    case Effect::destroy: return "full";
  }
  return "";
}

// With who has to ask for it.
std::string access_of(const Tool& tool) {
  std::string text(access_of(tool.effect));
  if (tool.offer == Offer::by_toolset) text += "; with `toolsets` or `allow`";
  if (tool.offer == Offer::by_name) text += "; with `allow`";
  if (!tool.scopes.empty()) text += fmt::format("; needs {}", tool.scopes);
  return text;
}

// A bar would end the cell.
std::string in_cell(Str text) {
  std::string out;
  for (char const c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

Str how_it_travels(AuthRule::Kind kind) {
  switch (kind) {
    case AuthRule::Kind::none: return "not sent";
    case AuthRule::Kind::header: return "";
    case AuthRule::Kind::basic: return "`Authorization: Basic`, with `user`";
    case AuthRule::Kind::client_credentials:
      return "fetched with the client id in `user` and the secret in `token`";
  }
  return "";
}

std::string credentials_of(const Connector& connector) {
  if (connector.auth.empty()) return "";
  std::string page =
      "\n## Credentials\n\n| `auth` | Credential | How it is sent |\n| --- | --- | --- |\n";
  for (auto const& rule : connector.auth) {
    auto how = std::string(how_it_travels(rule.kind));
    if (how.empty()) how = fmt::format("`{}: {}...`", rule.header, rule.scheme);
    auto const when = rule.only_named        ? std::string("; only when `auth` says so")
                      : !rule.prefix.empty() ? fmt::format("; begins with `{}`", rule.prefix)
                      : rule.needs_user      ? std::string("; when `user` is set")
                                             : std::string();
    page += fmt::format("| `{}` | {}{} | {} |\n", rule.name, rule.note, when, how);
  }
  return page;
}

std::string limits_of(const Connector& connector) {
  if (connector.requests_per_minute == 0) return "";
  return fmt::format(
      "\nOne credential sends at most {} requests a minute, unless `max_requests_per_minute` says "
      "otherwise.\n",
      connector.requests_per_minute
  );
}

std::string scopes_of(const Toolset& toolset) {
  std::string text;
  if (!toolset.read_scopes.empty()) text += fmt::format(" Reading needs {}.", toolset.read_scopes);
  if (!toolset.write_scopes.empty())
    text += fmt::format(" Writing needs {}.", toolset.write_scopes);
  return text;
}

}  // namespace

mcp::ToolDefinition define(const Tool& tool) {
  mcp::ToolDefinition definition{
      .name = std::string(tool.name),
      .title = std::string(tool.title),
      .description = std::string(tool.description),
      .input_schema = input_schema(tool),
      .annotations =
          {
              .read_only = tool.effect == Effect::read,
              .destructive = tool.effect == Effect::destroy,
              .idempotent = tool.effect == Effect::read || tool.idempotent,
              .open_world = true,
          },
  };
  if (tool.paging) definition.output_schema = list_schema();
  return definition;
}

std::size_t listed_bytes(const mcp::ToolDefinition& definition) {
  auto const shown =
      mcp::describe(definition, mcp::TaskSupport::forbidden, mcp::Revision::v2026_07_28);
  return json::to_text(shown).size() + 1;
}

std::string to_markdown(const Connector& connector) {
  auto page = fmt::format("# Tools of the {} connector\n\n", connector.title);
  page +=
      "Generated from the connector's tables. Required arguments are bold; *access* is the lowest "
      "level at which a tool is offered.\n";
  page += credentials_of(connector) + limits_of(connector);
  for (auto const& toolset : connector.toolsets) {
    page +=
        fmt::format("\n## {}\n\n{}{}\n\n", toolset.name, toolset.description, scopes_of(toolset));
    page +=
        "| Tool | What it does | Access | Arguments | Requests |\n| --- | --- | --- | --- | --- "
        "|\n";
    for_each_tool(connector, [&](const Tool& tool) {
      if (tool.toolset != toolset.name) return;
      page += fmt::format(
          "| [`{}`]({}) | {} | {} | {} | {} |\n",
          tool.name,
          tool.source,
          in_cell(tool.description),
          access_of(tool),
          names_of_params(tool),
          request_of(tool)
      );
    });
  }
  return page;
}

}  // namespace davit::connector
