#include "infra/template_file.h"

#include <charconv>

#include <fmt/format.h>

#include "config/yaml.h"
#include "infra/cloudformation.h"

namespace davit::infra {
namespace {

using config::Node;

json::Value to_json(const Node& node);

json::Value to_json_without_tag(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return nullptr;
    case Node::Kind::scalar: break;
    case Node::Kind::list: {
      json::Array list;
      for (auto const& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Node::Kind::map: {
      json::Object map;
      for (auto const& item : node.items) map[item.key] = to_json(item);
      return map;
    }
  }
  if (node.quoted || !node.tag.empty()) return json::Value(node.text);
  if (node.text == "true" || node.text == "false") return json::Value(node.text == "true");
  std::int64_t number = 0;
  std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
  // 012345678901 is no number: it would lose its letters.
  return std::to_string(number) == node.text ? json::Value(number) : json::Value(node.text);
}

// "!Sub text" as {"Fn::Sub": "text"}; "!GetAtt A.B" has a pair.
json::Value to_json(const Node& node) {
  auto value = to_json_without_tag(node);
  // "!!str" is a tag of YAML itself.
  if (node.tag.empty() || node.tag.starts_with("tag:yaml.org,")) return value;
  auto const name = node.tag.substr(1);
  if (name == "Ref" || name == "Condition") return json::Object{{name, std::move(value)}};
  if (name == "GetAtt" && value.is_string()) {
    std::string_view const text = value.get_string();
    auto const dot = text.find('.');
    if (dot != std::string_view::npos) {
      return json::Object{{"Fn::GetAtt", json::Array{text.substr(0, dot), text.substr(dot + 1)}}};
    }
  }
  return json::Object{{"Fn::" + name, std::move(value)}};
}

// Whose a resource is, by the tag that our templates have.
std::string_view server_of(const json::Value& resource) {
  if (auto const* tags = json::find_array(resource, "Properties.Tags")) {
    for (auto const& tag : *tags) {
      if (json::find_string(tag, "Key") == "Server") {
        return json::find_string(tag, "Value").value_or("");
      }
    }
  }
  return json::find_string(resource, "Properties.Tags.Server").value_or("");
}

Result<json::Value> parse_as_yaml(std::string_view text, const std::string& name) {
  DAVIT_TRY(auto const root, config::parse_yaml(text, name, config::YamlTags::keep));
  return to_json(root);
}

}  // namespace

Result<json::Value> parse_template(std::string_view text, const std::string& name) {
  if (text.size() > kMaxTemplateBytes) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("{} is no template of CloudFormation: it is larger than 1 MB", name)
    );
  }
  auto const start = text.find_first_not_of(" \t\r\n");
  auto const is_json = start != std::string_view::npos && text[start] == '{';
  auto value = is_json ? json::parse(text) : parse_as_yaml(text, name);
  if (!value)
    return is_json ? std::move(value.error()).while_doing("reading " + name) : value.error();
  auto const* resources = json::find_object(*value, "Resources");
  if (resources == nullptr || resources->size() > kMaxResources) {
    auto const* wrong = resources == nullptr ? "it has no Resources" : "it has over 500 resources";
    return Error(
        ErrorKind::invalid_input,
        fmt::format("{} is no template of CloudFormation: {}", name, wrong)
    );
  }
  return value;
}

Stack stack_of(const json::Value& body, std::string name) {
  Stack stack(std::move(name), "");
  auto const* resources = json::find_object(body, "Resources");
  if (resources == nullptr) return stack;
  for (auto const& [id, value] : *resources) {
    auto const* type = find_resource_type(json::find_string(value, "Type").value_or(""));
    if (type == nullptr) continue;
    auto const* properties = json::find_object(value, "Properties");
    auto& resource = stack.add(
        Layer::shared, std::string(id), *type, properties == nullptr ? json::Object() : *properties
    );
    resource.server = server_of(value);
  }
  return stack;
}

}  // namespace davit::infra
