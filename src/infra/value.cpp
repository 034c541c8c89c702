#include "infra/value.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::infra {
namespace {

void collect(const Value& value, std::vector<Reference>& found);

void add_reference(std::string_view text, std::vector<Reference>& found) {
  if (text.find("::") != std::string_view::npos || text.empty()) return;
  auto const dot = text.find('.');
  auto const is_whole = dot == std::string_view::npos;
  found.push_back(
      {.id = std::string(text.substr(0, dot)),
       .attribute = std::string(is_whole ? "" : text.substr(dot + 1))}
  );
}

// The ${...} of a text for Fn::Sub; ${!x} is a text.
void collect_from_text(
    std::string_view text, const json::Object* own, std::vector<Reference>& found
) {
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    auto const end = text.find('}', at);
    if (end == std::string_view::npos) return;
    auto const name = text.substr(at + 2, end - at - 2);
    if (name.starts_with('!') || (own != nullptr && own->contains(name))) continue;
    add_reference(name, found);
  }
}

void collect_from_object(const json::Object& object, std::vector<Reference>& found) {
  if (object.size() == 1) {
    auto const& [name, value] = *object.begin();
    if (name == "Ref" && value.is_string()) return add_reference(value.get_string(), found);
    if (name == "Fn::GetAtt" && value.is_array() && value.get_array().size() == 2) {
      auto const& pair = value.get_array();
      if (pair[0].is_string() && pair[1].is_string()) {
        found.push_back({std::string(pair[0].get_string()), std::string(pair[1].get_string())});
      }
      return;
    }
    if (name == "Fn::GetAtt" && value.is_string()) return add_reference(value.get_string(), found);
    if (name == "Fn::Sub" && value.is_string()) {
      return collect_from_text(value.get_string(), nullptr, found);
    }
    if (name == "Fn::Sub" && value.is_array() && value.get_array().size() == 2) {
      auto const& pair = value.get_array();
      if (pair[0].is_string()) {
        collect_from_text(pair[0].get_string(), pair[1].if_object(), found);
      }
      return collect(pair[1], found);
    }
  }
  for (auto const& [key, value] : object) collect(value, found);
}

void collect(const Value& value, std::vector<Reference>& found) {
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) collect(item, found);
  } else if (auto const* object = value.if_object()) {
    collect_from_object(*object, found);
  }
}

// The text that stands for a value inside Fn::Sub, or nothing.
std::string as_part(const Value& value) {
  if (auto const* text = value.if_string()) return std::string(*text);
  auto const* object = value.if_object();
  if (object == nullptr || object->size() != 1) return "";
  auto const& [name, inner] = *object->begin();
  if (name == "Ref" && inner.is_string()) {
    return fmt::format("${{{}}}", std::string_view(inner.get_string()));
  }
  if (name == "Fn::Sub" && inner.is_string()) return std::string(inner.get_string());
  if (name == "Fn::GetAtt" && inner.is_array() && inner.get_array().size() == 2) {
    auto const& pair = inner.get_array();
    return fmt::format(
        "${{{}.{}}}", std::string_view(pair[0].get_string()), std::string_view(pair[1].get_string())
    );
  }
  return "";
}

}  // namespace

Value ref_of(std::string_view id) { return json::Object{{"Ref", id}}; }

Value attribute(std::string_view id, std::string_view name) {
  return json::Object{{"Fn::GetAtt", json::Array{id, name}}};
}

Value substitute(std::string_view text) {
  if (text.find("${") == std::string_view::npos) return Value(text);
  return json::Object{{"Fn::Sub", text}};
}

Value arn(std::string_view service, std::string_view resource) {
  return substitute(fmt::format(
      "arn:${{AWS::Partition}}:{}:${{AWS::Region}}:${{AWS::AccountId}}:{}", service, resource
  ));
}

Value concat(const Values& parts) {
  if (parts.size() == 1) return parts.front();
  std::string text;
  for (auto const& part : parts) {
    auto const piece = as_part(part);
    if (piece.empty()) return json::Object{{"Fn::Join", json::Array{"", to_array(parts)}}};
    text += piece;
  }
  return substitute(text);
}

bool is_function(const Value& value) {
  auto const* object = value.if_object();
  if (object == nullptr || object->size() != 1) return false;
  auto const key = object->begin()->key();
  return key == "Ref" || key.starts_with("Fn::");
}

Value only_if(std::string_view condition, Value then) {
  return json::Object{
      {"Fn::If", json::Array{condition, std::move(then), json::Object{{"Ref", "AWS::NoValue"}}}}
  };
}

std::vector<std::string> conditions_in(const Value& value) {
  std::vector<std::string> found;
  auto const add = [&found](std::string name) {
    if (std::ranges::find(found, name) == found.end()) found.push_back(std::move(name));
  };
  auto const add_all = [&add](const Value& inner) {
    for (auto& name : conditions_in(inner)) add(std::move(name));
  };
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) add_all(item);
  } else if (auto const* object = value.if_object()) {
    auto const* branches = object->if_contains("Fn::If");
    auto const* list = branches == nullptr ? nullptr : branches->if_array();
    if (list != nullptr && !list->empty() && (*list)[0].is_string()) {
      add(std::string((*list)[0].get_string()));
    }
    for (auto const& entry : *object) add_all(entry.value());
  }
  return found;
}

json::Array to_array(const Values& values) { return json::Array(values.begin(), values.end()); }

std::vector<Reference> references_in(const Value& value) {
  std::vector<Reference> found;
  collect(value, found);
  return found;
}

}  // namespace davit::infra
