#include "connector/definition.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/strings.h"

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

json::Object schema_of(const Param& param) {
  json::Object schema;
  switch (param.kind) {
    case Kind::string:
    case Kind::timestamp: schema["type"] = "string"; break;
    case Kind::integer: schema["type"] = "integer"; break;
    case Kind::boolean: schema["type"] = "boolean"; break;
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
  if (param.kind == Kind::integer && param.min != Limits::min()) schema["minimum"] = param.min;
  if (param.kind == Kind::integer && param.max != Limits::max()) schema["maximum"] = param.max;
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
  if (tool.paging != Paging::none) definition.output_schema = list_schema();
  return definition;
}

std::string to_markdown(const Connector& connector) {
  auto page = fmt::format("# Tools of the {} connector\n\n", connector.title);
  page +=
      "Generated from the connector's tables. Required arguments are bold; *access* is the lowest "
      "level at which a tool is offered.\n";
  for (auto const& toolset : connector.toolsets) {
    page += fmt::format("\n## {}\n\n{}\n\n", toolset.name, toolset.description);
    page +=
        "| Tool | What it does | Access | Arguments | Requests |\n| --- | --- | --- | --- | --- "
        "|\n";
    for_each_tool(connector, [&](const Tool& tool) {
      if (tool.toolset != toolset.name) return;
      page += fmt::format(
          "| [`{}`]({}) | {} | {} | {} | {} |\n",
          tool.name,
          tool.source,
          tool.description,
          access_of(tool.effect),
          names_of_params(tool),
          request_of(tool)
      );
    });
  }
  return page;
}

}  // namespace davit::connector
