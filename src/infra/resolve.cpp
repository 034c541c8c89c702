#include "infra/resolve.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace davit::infra {
namespace {

class Resolver {
 public:
  explicit Resolver(const manifest::Manifest& manifest)
      : known_{{
            {"AWS::Region", manifest.region},
            {"AWS::AccountId", manifest.account.empty() ? "${AWS::AccountId}" : manifest.account},
            {"AWS::Partition", manifest.region.starts_with("cn-") ? "aws-cn" : "aws"},
            {"AWS::URLSuffix",
             manifest.region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com"},
            {"AWS::StackName", manifest.stack_name()},
        }} {}

  Value resolve(const Value& value) const {
    if (auto const* array = value.if_array()) {
      json::Array copy;
      for (auto const& item : *array) copy.push_back(resolve(item));
      return copy;
    }
    auto const* object = value.if_object();
    if (object == nullptr) return value;
    if (object->size() == 1) {
      if (auto text = as_text(*object)) return Value(*text);
    }
    json::Object copy;
    for (auto const& [key, inner] : *object) copy[key] = resolve(inner);
    return copy;
  }

 private:
  std::optional<std::string> as_text(const json::Object& object) const {
    auto const& [name, inner] = *object.begin();
    if (name == "Ref" && inner.is_string()) return value_of(inner.get_string());
    auto const* pair = inner.if_array();
    auto const is_pair = pair != nullptr && pair->size() == 2;
    if (name == "Fn::GetAtt" && is_pair && (*pair)[0].is_string() && (*pair)[1].is_string()) {
      return fmt::format(
          "${{{}.{}}}",
          std::string_view((*pair)[0].get_string()),
          std::string_view((*pair)[1].get_string())
      );
    }
    if (name == "Fn::Sub" && inner.is_string()) return fill(inner.get_string());
    if (name == "Fn::Sub" && is_pair && (*pair)[0].is_string()) {
      return fill((*pair)[0].get_string(), resolve((*pair)[1]).if_object());
    }
    if (name == "Fn::Join" && is_pair && (*pair)[0].is_string() && (*pair)[1].is_array()) {
      return join((*pair)[0].get_string(), (*pair)[1].get_array());
    }
    return {};
  }

  std::string value_of(std::string_view name) const {
    for (auto const& [pseudo, value] : known_) {
      if (pseudo == name) return value;
    }
    return fmt::format("${{{}}}", name);
  }

  // `variables`, which are resolved, may be null.
  std::string fill(std::string_view text, const json::Object* variables = nullptr) const {
    std::string out;
    for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${")) {
      auto const end = text.find('}', at);
      if (end == std::string_view::npos) break;
      out += text.substr(0, at);
      auto const name = text.substr(at + 2, end - at - 2);
      auto const* variable = variables == nullptr ? nullptr : variables->if_contains(name);
      if (variable != nullptr && variable->is_string()) {
        out += std::string_view(variable->get_string());
      } else {
        out += name.starts_with('!') ? fmt::format("${{{}}}", name.substr(1)) : value_of(name);
      }
      text.remove_prefix(end + 1);
    }
    return out.append(text);
  }

  std::optional<std::string> join(std::string_view between, const json::Array& parts) const {
    std::string out;
    for (auto const& part : parts) {
      auto const value = resolve(part);
      if (!value.is_string()) return {};
      if (&part != &parts.front()) out += between;
      out += std::string_view(value.get_string());
    }
    return out;
  }

  std::array<std::pair<std::string_view, std::string>, 5> known_;
};

}  // namespace

Value resolve(const Value& value, const manifest::Manifest& manifest) {
  return Resolver(manifest).resolve(value);
}

Value to_api_names(const Value& value) {
  if (auto const* array = value.if_array()) {
    json::Array copy;
    for (auto const& item : *array) copy.push_back(to_api_names(item));
    return copy;
  }
  auto const* object = value.if_object();
  if (object == nullptr) return value;
  json::Object copy;
  for (auto const& [key, inner] : *object) {
    std::string name(key);
    if (name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
    if (name == "efsvolumeConfiguration" || name == "eFSVolumeConfiguration") {
      name = "efsVolumeConfiguration";
    }
    // "Options" and "DockerLabels" hold names that are not ours to change.
    copy[name] = name == "options" || name == "dockerLabels" ? inner : to_api_names(inner);
  }
  return copy;
}

}  // namespace davit::infra
