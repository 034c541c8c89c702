#include "infra/cloudformation.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "infra/piece.h"

namespace davit::infra {
namespace {

json::Object head(const std::string& description) {
  return {{"AWSTemplateFormatVersion", "2010-09-09"}, {"Description", description}};
}

json::Object to_json(const Parameter& parameter) {
  json::Object object{{"Type", parameter.type}, {"Description", parameter.description}};
  if (!parameter.standard.empty()) object["Default"] = parameter.standard;
  if (!parameter.pattern.empty()) object["AllowedPattern"] = parameter.pattern;
  return object;
}

// Nothing is won by still smaller templates.
constexpr std::size_t kFewResources = 20;

using Exports = std::map<std::pair<std::string, std::string>, Value>;

std::string export_name(const Piece& piece, const Reference& reference) {
  return reference.attribute.empty()
             ? fmt::format("{}-{}", piece.name, reference.id)
             : fmt::format("{}-{}-{}", piece.name, reference.id, reference.attribute);
}

class Writer {
 public:
  Writer(const Stack& stack, std::vector<Piece> pieces)
      : stack_(stack), pieces_(std::move(pieces)) {}

  std::vector<Template> write() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      for (auto const* resource : pieces_[i].resources) home_[resource->id] = i;
    }
    place_outputs();
    // Users before makers, so that each knows what it has to export.
    std::vector<Template> templates;
    for (std::size_t i = pieces_.size(); i-- > 0;) templates.push_back(write(i));
    std::ranges::reverse(templates);
    return templates;
  }

 private:
  // The value as it stands in piece `at`: references to other pieces become imports.
  Value import_from_others(const Value& value, std::size_t at) {
    if (auto const* array = value.if_array()) {
      json::Array copy;
      for (auto const& item : *array) copy.push_back(import_from_others(item, at));
      return copy;
    }
    auto const* object = value.if_object();
    if (object == nullptr) return value;
    if (object->size() == 1 && object->contains("Fn::Sub")) return import_text(*object, at);
    if (object->size() == 1 && (object->contains("Ref") || object->contains("Fn::GetAtt"))) {
      auto const references = references_in(value);
      auto const* import = references.empty() ? nullptr : import_of(references[0], value, at);
      return import == nullptr ? value : *import;
    }
    json::Object copy;
    for (auto const& [key, inner] : *object) copy[key] = import_from_others(inner, at);
    return copy;
  }

  // Fn::Sub takes imports as variables.
  Value import_text(const json::Object& object, std::size_t at) {
    auto const& inner = object.at("Fn::Sub");
    auto const* pair = inner.if_array();
    auto const has_variables = pair != nullptr && pair->size() == 2 && (*pair)[1].is_object();
    auto const& whole = has_variables ? (*pair)[0] : inner;
    // An override may say anything; what is no text refers to nothing.
    if (!whole.is_string()) return Value(object);
    auto text = std::string(whole.get_string());
    json::Object variables;
    if (has_variables) variables = import_from_others((*pair)[1], at).get_object();
    for (auto const& reference : references_in(substitute(text))) {
      if (variables.contains(reference.id) && reference.attribute.empty()) continue;
      auto const full =
          reference.attribute.empty() ? reference.id : reference.id + '.' + reference.attribute;
      auto const value = reference.attribute.empty() ? ref_of(reference.id)
                                                     : attribute(reference.id, reference.attribute);
      auto const* import = import_of(reference, value, at);
      if (import == nullptr) continue;
      auto name = reference.id;
      for (auto const c : reference.attribute) {
        if (c != '.') name += c;
      }
      auto const from = fmt::format("${{{}}}", full);
      auto const to = fmt::format("${{{}}}", name);
      for (auto found = text.find(from); found != std::string::npos;
           found = text.find(from, found + to.size())) {
        text.replace(found, from.size(), to);
      }
      variables[name] = *import;
    }
    if (variables.empty()) return json::Object{{"Fn::Sub", text}};
    return json::Object{{"Fn::Sub", json::Array{text, variables}}};
  }

  const Value* import_of(const Reference& reference, const Value& value, std::size_t at) {
    auto const home = home_.find(reference.id);
    if (home == home_.end() || home->second == at) return nullptr;
    auto const name = export_name(pieces_[home->second], reference);
    exports_[home->second].insert_or_assign({reference.id, reference.attribute}, value);
    import_ = json::Object{{"Fn::ImportValue", name}};
    return &import_;
  }

  Template write(std::size_t at) {
    auto const& piece = pieces_[at];
    Template rendered{.stack_name = piece.name};
    json::Object resources;
    for (auto const* resource : piece.resources) {
      auto object = resource_json(stack_, *resource);
      if (auto* needs = object.if_contains("DependsOn")) {
        json::Array here;
        for (auto const& other : needs->get_array()) {
          auto const home = home_.find(std::string(other.get_string()));
          if (home == home_.end() || home->second == at) here.push_back(other);
        }
        if (here.empty()) {
          object.stable_erase("DependsOn");
        } else {
          *needs = std::move(here);
        }
      }
      if (auto* properties = object.if_contains("Properties"); properties && pieces_.size() > 1) {
        *properties = import_from_others(*properties, at);
      }
      rendered.needs_capability =
          rendered.needs_capability || resource->type->name == "AWS::IAM::Role";
      resources[resource->id] = std::move(object);
    }
    auto outputs = own_outputs(at);
    auto body = head(stack_.description());
    auto conditions = conditions_for(resources);
    auto const parameters = parameters_for(json::Array{resources, outputs, conditions});
    if (!parameters.empty()) body["Parameters"] = parameters;
    if (!conditions.empty()) body["Conditions"] = std::move(conditions);
    body["Resources"] = std::move(resources);
    if (!outputs.empty()) body["Outputs"] = std::move(outputs);
    rendered.body = std::move(body);
    return rendered;
  }

  json::Object conditions_for(const Value& resources) const {
    json::Object object;
    auto const used = conditions_in(resources);
    for (auto const& condition : stack_.conditions()) {
      if (std::ranges::find(used, condition.id) != used.end()) {
        object[condition.id] = condition.value;
      }
    }
    return object;
  }

  json::Object parameters_for(const Value& resources) const {
    json::Object object;
    auto const references = references_in(resources);
    for (auto const& parameter : stack_.parameters()) {
      auto const is_used = std::ranges::any_of(references, [&](const Reference& reference) {
        return reference.id == parameter.id;
      });
      if (is_used) object[parameter.id] = to_json(parameter);
    }
    return object;
  }

  // Each in the last piece of those that it refers to, or a later one that has room: half of it is
  // for exports. Without references, in the last of all.
  void place_outputs() {
    std::vector<std::size_t> counts(pieces_.size());
    for (auto const& output : stack_.outputs()) {
      std::optional<std::size_t> last;
      for (auto const& reference : references_in(output.value)) {
        auto const home = home_.find(reference.id);
        if (home != home_.end()) last = std::max(last.value_or(0), home->second);
      }
      auto at = last.value_or(pieces_.size() - 1);
      while (at + 1 < pieces_.size() && counts[at] >= kMaxOutputs / 2) ++at;
      ++counts[at];
      output_homes_.push_back(at);
    }
  }

  // The stack's outputs that belong to this piece, and what later pieces import.
  json::Object own_outputs(std::size_t at) {
    json::Object outputs;
    for (std::size_t i = 0; i < output_homes_.size(); ++i) {
      if (output_homes_[i] != at) continue;
      auto const& output = stack_.outputs()[i];
      outputs[output.id] = json::Object{
          {"Description", output.description}, {"Value", import_from_others(output.value, at)}
      };
    }
    for (auto const& [key, value] : exports_[at]) {
      Reference const reference{key.first, key.second};
      json::Object const name{{"Name", export_name(pieces_[at], reference)}};
      // A template has few outputs: one that tells the same anyway is exported itself.
      auto const told = std::ranges::find_if(outputs, [&value](const auto& output) {
        return output.value().get_object().at("Value") == value;
      });
      if (told != outputs.end()) {
        told->value().get_object()["Export"] = name;
        continue;
      }
      auto id = fmt::format("Export{}{}", key.first, key.second);
      std::erase(id, '.');
      outputs[id] = json::Object{{"Value", value}, {"Export", name}};
    }
    return outputs;
  }

  const Stack& stack_;
  std::vector<Piece> pieces_;
  std::map<std::string, std::size_t> home_;  // piece of each resource
  std::vector<std::size_t> output_homes_;    // piece of each output
  std::map<std::size_t, Exports> exports_;   // of each piece, what later ones take
  Value import_;
};

std::string quoted_for_shell(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+:=@%";
  if (text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  std::string out = "'";
  for (auto const c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

}  // namespace

std::vector<Template> to_templates(
    const Stack& stack, std::size_t max_resources, std::size_t max_bytes
) {
  for (;; max_resources /= 2) {
    auto templates = Writer(stack, pieces_of(stack, max_resources, max_bytes)).write();
    // Smaller pieces export less each.
    auto const fits = std::ranges::all_of(templates, [](const Template& one) {
      auto const* outputs = json::find_object(one.body, "Outputs");
      return outputs == nullptr || outputs->size() <= kMaxOutputs;
    });
    if (fits || max_resources < kFewResources) return templates;
  }
}

bool is_piece_of(std::string_view name, std::string_view stack) {
  if (!name.starts_with(stack)) return false;
  name.remove_prefix(stack.size());
  if (name.empty()) return true;
  for (auto const layer : layers()) {
    auto rest = name.substr(1);
    if (name[0] != '-' || !rest.starts_with(name_of(layer))) continue;
    rest.remove_prefix(name_of(layer).size());
    if (rest.empty()) return true;
    auto const is_number = rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (rest.size() > 1 && rest[0] == '-' && is_number) return true;
  }
  return false;
}

std::string deploy_command(
    const Template& rendered, const std::string& file, std::size_t bytes, const std::string& region
) {
  auto command = fmt::format(
      "aws cloudformation deploy --region {} --stack-name {} --template-file {}",
      region,
      rendered.stack_name,
      quoted_for_shell(file)
  );
  if (rendered.needs_capability) command += " --capabilities CAPABILITY_IAM";
  if (bytes > kMaxInlineBytes) command += " --s3-bucket BUCKET";
  return command;
}

}  // namespace davit::infra
