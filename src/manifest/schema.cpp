#include "manifest/schema.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/units.h"
#include "manifest/formats.h"
#include "manifest/tables.h"

namespace davit::manifest {
namespace {

using config::Row;
using config::Type;

json::Value text(std::string_view view) {
  return json::Value(boost::json::string_view(view.data(), view.size()));
}

// Forms that a pattern tells as well as the check of the row does.
struct Form {
  std::string_view (*check)(std::string_view text);
  std::string_view pattern;
};
constexpr Form kForms[] = {
    {check_account, "^[0-9]{12}$"},
    {check_vpc, "^(new|vpc-[0-9a-f]+)$"},
    {check_subnet, "^subnet-[0-9a-f]+$"},
    {check_arn, "^arn:aws"},
    {check_cidr, "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$"},
    {check_egress, "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}:[0-9]{1,5}$"},
    {check_issuer, "^https://"},
    {check_origin, "^https://"},
    {check_reference, "^(env|file|secretsmanager|ssm):."},
    {check_hours, "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"},
    {check_github, "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$"},
    {check_path, "^/"},
    {check_mount, "^/."},
    {check_log_level, "^(debug|info|warn|error)$"},
    {check_stack_name, "^[a-z][a-z0-9-]{0,23}$"},
};

json::Object text_schema(const Row& row) {
  json::Object schema{{"type", "string"}, {"minLength", 1}};
  auto const form = std::ranges::find(kForms, row.check, &Form::check);
  if (row.check != nullptr && form != std::end(kForms)) schema["pattern"] = text(form->pattern);
  return schema;
}

constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();

json::Object number_schema(const Row& row) {
  json::Object schema{{"type", "integer"}, {"minimum", row.range.least}};
  auto const most = std::min(row.range.most, row.target.most);
  if (most != kNoLimit) schema["maximum"] = most;
  return schema;
}

json::Object choice_schema(const Row& row) {
  json::Array names;
  for (auto const name : split(row.choices, '|')) names.push_back(text(name));
  return {{"enum", std::move(names)}};
}

json::Object kind_schema(const Row& row) {
  switch (row.target.type) {
    case Type::text: return text_schema(row);
    case Type::number: return number_schema(row);
    case Type::size: return {{"type", "string"}, {"pattern", "^[0-9]+(B|KB|MB|GB)$"}};
    case Type::duration: return {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}};
    case Type::flag: return {{"type", "boolean"}};
    case Type::choice: return choice_schema(row);
    case Type::list: return {{"type", "array"}, {"items", text_schema(row)}};
    case Type::nested: break;
  }
  return {};
}

std::string unit_text(Type type, std::int64_t number) {
  return type == Type::size ? config::format_size(number)
                            : config::format_duration(std::chrono::milliseconds(number));
}

// The sentence of the row, with the range where the schema has no keyword for it.
std::string description_of(const Row& row) {
  std::string out(row.doc);
  auto const type = row.target.type;
  if ((type == Type::size || type == Type::duration) && row.range.most != kNoLimit) {
    out += fmt::format(
        " From {} to {}.", unit_text(type, row.range.least), unit_text(type, row.range.most)
    );
  }
  return out;
}

json::Value default_of(const Row& row, const void* defaults) {
  auto const value = row.target.get(defaults);
  if (auto const* word = std::get_if<std::string>(&value)) {
    return word->empty() ? json::Value() : text(*word);
  }
  if (auto const* flag = std::get_if<bool>(&value)) return *flag;
  if (auto const* number = std::get_if<std::int64_t>(&value)) {
    auto const type = row.target.type;
    if (type == Type::number) return *number;
    if (type != Type::choice) return text(unit_text(type, *number));
    return text(split(row.choices, '|').at(static_cast<std::size_t>(*number)));
  }
  auto const* list = std::get_if<std::vector<std::string>>(&value);
  if (list == nullptr || list->empty()) return nullptr;
  json::Array items;
  for (auto const& item : *list) items.push_back(text(item));
  return items;
}

// An environment may take a value of the manifest back, by a null.
enum class Place { manifest, environment };

void allow_null(json::Object& schema) {
  if (auto* names = schema.if_contains("enum")) {
    names->get_array().emplace_back(nullptr);
  } else {
    auto const type = schema.at("type");
    schema["type"] = json::Array{type, "null"};
  }
}

json::Object row_schema(const Row& row, const void* defaults, Place place) {
  auto schema = kind_schema(row);
  if (place == Place::environment) allow_null(schema);
  schema["description"] = description_of(row);
  if (auto standard = default_of(row, defaults); !standard.is_null()) {
    schema["default"] = std::move(standard);
  }
  return schema;
}

// A map that has only these keys. What is empty in YAML is a null.
json::Object map_schema(json::Object properties, std::string_view description) {
  json::Object schema{{"type", json::Array{"object", "null"}}};
  if (!description.empty()) schema["description"] = text(description);
  schema["properties"] = std::move(properties);
  schema["additionalProperties"] = false;
  return schema;
}

void add_rows(
    json::Object& properties, std::span<const Row> rows, const void* defaults, Place place
) {
  for (auto const& row : rows) {
    if (row.target.type == Type::nested) continue;
    auto const dot = row.key.find('.');
    if (dot == std::string_view::npos) {
      properties[row.key] = row_schema(row, defaults, place);
      continue;
    }
    auto const map = row.key.substr(0, dot);
    if (!properties.contains(map)) properties[map] = map_schema({}, "");
    properties.at(map).at("properties").as_object()[row.key.substr(dot + 1)] =
        row_schema(row, defaults, place);
  }
}

// A map with free keys, whose values are texts however they are written.
json::Object texts_schema(std::string_view description) {
  json::Array const scalars{"string", "number", "boolean"};
  return {
      {"type", json::Array{"object", "null"}},
      {"description", text(description)},
      {"additionalProperties", json::Object{{"type", scalars}}}
  };
}

json::Object server_schema(Place place) {
  Server const defaults;
  json::Object properties;
  add_rows(properties, connector_rows(), &defaults.connector, place);
  add_rows(properties, server_table().rows, &defaults, place);
  for (auto const& map : free_maps()) {
    if (map.of_server) properties[map.key] = texts_schema(map.doc);
  }
  auto schema = map_schema(std::move(properties), "One MCP server.");
  schema["type"] = "object";
  return schema;
}

json::Object named(std::string_view pattern, std::string_view definition, std::string_view doc) {
  return {
      {"type", json::Array{"object", "null"}},
      {"description", text(doc)},
      {"propertyNames", json::Object{{"pattern", text(pattern)}}},
      {"additionalProperties", json::Object{{"$ref", text(definition)}}}
  };
}

// `auth: none` and `traces: xray` are words for a whole map.
json::Value or_word(json::Object map, json::Object word) {
  auto description = map.at("description");
  return json::Object{
      {"description", std::move(description)},
      {"anyOf", json::Array{std::move(word), std::move(map)}}
  };
}

json::Value section_schema(const Section& section, Place place) {
  Manifest defaults;
  json::Object properties;
  add_rows(properties, section.rows, section.member(defaults), place);
  auto map = map_schema(std::move(properties), section.doc);
  if (section.key == "auth") return or_word(std::move(map), {{"const", "none"}});
  if (section.key == "traces") {
    auto const row = std::ranges::find(section.rows, "to", &Row::key);
    return or_word(std::move(map), choice_schema(*row));
  }
  return map;
}

std::string_view doc_of(std::string_view key) {
  return std::ranges::find(sections()[0].rows, key, &Row::key)->doc;
}

json::Object properties_of(Place place) {
  Manifest defaults;
  json::Object properties;
  add_rows(properties, sections()[0].rows, &defaults, place);
  for (auto const& section : sections().subspan(1)) {
    properties[section.key] = section_schema(section, place);
  }
  auto const* server = place == Place::manifest ? "#/$defs/server" : "#/$defs/server_overlay";
  properties["servers"] = named("^[a-z][a-z0-9-]{0,31}$", server, doc_of("servers"));
  for (auto const& map : free_maps()) {
    if (!map.of_server) properties[map.key] = texts_schema(map.doc);
  }
  properties["overrides"] = json::Object{
      {"type", json::Array{"object", "null"}},
      {"description", text(doc_of("overrides"))},
      {"additionalProperties", json::Object{{"type", "object"}}}
  };
  return properties;
}

}  // namespace

json::Value json_schema() {
  auto environment = properties_of(Place::environment);
  environment.erase("name");
  auto properties = properties_of(Place::manifest);
  properties["environments"] =
      named("^[a-z][a-z0-9-]{0,15}$", "#/$defs/environment", doc_of("environments"));
  auto schema = map_schema(std::move(properties), "MCP servers, and where and how they run.");
  schema["type"] = "object";
  json::Object whole{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "davit.yaml"}
  };
  for (auto& member : schema) whole[member.key()] = std::move(member.value());
  whole["required"] = json::Array{"name"};
  whole["$defs"] = json::Object{
      {"server", server_schema(Place::manifest)},
      {"server_overlay", server_schema(Place::environment)},
      {"environment",
       map_schema(std::move(environment), "What differs from the rest of the manifest.")}
  };
  return whole;
}

std::string describe_manifest() {
  Manifest manifest;
  std::string out;
  for (auto const& section : sections()) {
    auto const is_top = section.key.empty();
    out += is_top ? std::string("## The top\n\n")
                  : fmt::format("\n## {}\n\n{}\n\n", section.key, section.doc);
    out += config::describe_rows(section.rows, section.member(manifest));
  }
  Server const server;
  out += "\n## servers\n\nA server is one of three: a connector of ours, an image, or a command.\n";
  out += "\nOf a connector:\n\n" + config::describe_rows(connector_rows(), &server.connector);
  out += "\nOf an image or a command, and of the tasks of each server:\n\n";
  out += config::describe_rows(server_table().rows, &server);
  out += "\n## Maps with free keys\n\n| Key | Meaning |\n| --- | --- |\n";
  for (auto const& map : free_maps()) {
    out += fmt::format("| `{}{}` | {} |\n", map.of_server ? "servers.NAME." : "", map.key, map.doc);
  }
  return out;
}

}  // namespace davit::manifest
