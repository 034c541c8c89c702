#include "mcp/ask.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"
#include "json/schema.h"

namespace davit::mcp {
namespace {

constexpr std::string_view kElicit = "elicitation/create";
constexpr std::string_view kSample = "sampling/createMessage";
constexpr std::string_view kListRoots = "roots/list";

const json::Value* find(const json::Object& object, std::string_view key) {
  return object.if_contains(key);
}

std::string_view text_at(const json::Object& object, std::string_view key) {
  auto const* value = find(object, key);
  return value != nullptr && value->is_string() ? json::view(value->get_string())
                                                : std::string_view();
}

// {"name":{"type":"string"}} becomes an object schema that requires the name.
json::Object object_schema(json::Object schema) {
  if (text_at(schema, "type") == "object") return schema;
  json::Array required;
  for (auto const& property : schema) required.emplace_back(property.key());
  json::Object whole{{"type", "object"}, {"properties", std::move(schema)}};
  if (!required.empty()) whole["required"] = std::move(required);
  return whole;
}

// 2025-06-18 knows titled choices only as `enum` with `enumNames`; `oneOf` of constants came with
// 2025-11-25 (SEP-1330).
void name_choices_as_before(json::Object& property) {
  auto const* choices = find(property, "oneOf");
  if (choices == nullptr || !choices->is_array()) return;
  json::Array values;
  json::Array names;
  for (auto const& choice : choices->get_array()) {
    auto const* object = choice.if_object();
    auto const* value = object == nullptr ? nullptr : find(*object, "const");
    if (value == nullptr) return;
    values.push_back(*value);
    names.emplace_back(text_at(*object, "title"));
  }
  property.erase("oneOf");
  property["enum"] = std::move(values);
  property["enumNames"] = std::move(names);
}

void adapt_form(json::Object& params) {
  params.erase("mode");
  auto* schema = params.if_contains("requestedSchema");
  auto* properties = schema == nullptr || !schema->is_object()
                         ? nullptr
                         : schema->get_object().if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return;
  for (auto& property : properties->get_object()) {
    if (auto* object = property.value().if_object()) name_choices_as_before(*object);
  }
}

using Problem = std::optional<std::string>;

Problem check_elicitation(const InputRequest& request, const json::Object& answer) {
  auto const action = text_at(answer, "action");
  if (action == "decline" || action == "cancel") return std::nullopt;
  if (action != "accept") return "action must be accept, decline or cancel";
  auto const* schema = find(request.params, "requestedSchema");
  if (schema == nullptr) return std::nullopt;  // a page, not a form

  json::SchemaOptions options;
  options.assert_formats = true;
  auto const compiled = json::Schema::compile(*schema, options);
  if (!compiled) return "the form's own schema is broken: " + compiled.error().message();
  // A form without a required field may be accepted without content.
  static const json::Value kEmpty = json::Object();
  auto const* content = find(answer, "content");
  auto const& filled_in = content == nullptr ? kEmpty : *content;
  if (!filled_in.is_object()) return "content must be an object";
  auto const problems = compiled->validate(filled_in);
  if (problems.empty()) return std::nullopt;
  return json::to_text(problems, "content");
}

bool is_block(const json::Value& value) {
  return value.is_object() && !text_at(value.get_object(), "type").empty();
}

Problem check_sample(const InputRequest&, const json::Object& answer) {
  auto const role = text_at(answer, "role");
  if (role != "assistant" && role != "user") return "role must be assistant or user";
  if (text_at(answer, "model").empty()) return "model must name the model";
  // An array from 2025-11-25 on.
  auto const* content = find(answer, "content");
  auto const is_content =
      content != nullptr &&
      (is_block(*content) ||
       (content->is_array() && std::ranges::all_of(content->get_array(), is_block)));
  if (!is_content) return "content must be a block or an array of blocks";
  return std::nullopt;
}

Problem check_roots(const InputRequest&, const json::Object& answer) {
  auto const is_root = [](const json::Value& value) {
    return value.is_object() && !text_at(value.get_object(), "uri").empty();
  };
  auto const* roots = find(answer, "roots");
  if (roots == nullptr || !roots->is_array() || !std::ranges::all_of(roots->get_array(), is_root)) {
    return "roots must be an array of objects with a uri";
  }
  return std::nullopt;
}

struct CheckRow {
  std::string_view method;
  Problem (*check)(const InputRequest& request, const json::Object& answer);
};
constexpr CheckRow kChecks[] = {
    {kElicit, &check_elicitation},
    {kSample, &check_sample},
    {kListRoots, &check_roots},
};

}  // namespace

InputRequest elicit(std::string key, std::string message, json::Object schema) {
  json::Object params{
      {"mode", "form"},
      {"message", std::move(message)},
      {"requestedSchema", object_schema(std::move(schema))},
  };
  return {
      std::move(key), std::string(kElicit), std::move(params), ClientCapabilities::elicitation_form
  };
}

InputRequest elicit_url(std::string key, std::string message, std::string url) {
  json::Object params{{"mode", "url"}, {"message", std::move(message)}, {"url", std::move(url)}};
  return {
      std::move(key), std::string(kElicit), std::move(params), ClientCapabilities::elicitation_url
  };
}

InputRequest sample(std::string key, json::Object params) {
  auto const has_tools = params.contains("tools") || params.contains("toolChoice");
  auto const needs = has_tools ? ClientCapabilities::sampling_tools : ClientCapabilities::sampling;
  return {std::move(key), std::string(kSample), std::move(params), needs};
}

InputRequest sample(std::string key, std::string prompt, int max_tokens) {
  json::Object content{{"type", "text"}, {"text", std::move(prompt)}};
  json::Object message{{"role", "user"}, {"content", std::move(content)}};
  json::Array messages;
  messages.push_back(std::move(message));
  return sample(
      std::move(key), json::Object{{"messages", std::move(messages)}, {"maxTokens", max_tokens}}
  );
}

InputRequest list_roots(std::string key) {
  return {std::move(key), std::string(kListRoots), {}, ClientCapabilities::roots};
}

json::Object params_for(const InputRequest& request, Revision revision) {
  auto params = request.params;
  if (request.method != kElicit) return params;
  if (request.needs == ClientCapabilities::elicitation_url) {
    if (revision == Revision::v2025_11_25) params["elicitationId"] = random_id();
  } else if (revision < Revision::v2025_11_25) {
    adapt_form(params);
  }
  return params;
}

const json::Object* Answers::find(std::string_view key) const {
  auto const place = by_key_.find(key);
  return place == by_key_.end() ? nullptr : &place->second;
}

std::string_view Answers::action(std::string_view key) const {
  auto const* answer = find(key);
  return answer == nullptr ? std::string_view() : text_at(*answer, "action");
}

const json::Value* Answers::field(std::string_view key, std::string_view name) const {
  if (!accepted(key)) return nullptr;
  auto const* content = find(key)->if_contains("content");
  return content == nullptr || !content->is_object() ? nullptr
                                                     : content->get_object().if_contains(name);
}

std::string Answers::text(std::string_view key, std::string_view name) const {
  auto const* value = field(key, name);
  if (value == nullptr) return "";
  return value->is_string() ? std::string(json::view(value->get_string())) : json::to_text(*value);
}

std::string Answers::sampled_text(std::string_view key) const {
  auto const* answer = find(key);
  auto const* content = answer == nullptr ? nullptr : answer->if_contains("content");
  std::string text;
  auto const add = [&text](const json::Value& block) {
    if (block.is_object() && text_at(block.get_object(), "type") == "text")
      text += text_at(block.get_object(), "text");
  };
  if (content == nullptr) return text;
  if (auto const* blocks = content->if_array()) {
    std::ranges::for_each(*blocks, add);
  } else {
    add(*content);
  }
  return text;
}

std::optional<std::string> check_answer(const InputRequest& request, const json::Object& answer) {
  auto const* row = std::ranges::find(kChecks, request.method, &CheckRow::method);
  if (row == std::end(kChecks)) return fmt::format("'{}' cannot be asked", request.method);
  return row->check(request, answer);
}

}  // namespace davit::mcp
