#include "connector/arguments.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/text.h"

namespace davit::connector {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  text = trim(text);
  std::int64_t number = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void make_text(json::Value& value) {
  if (value.is_number() || value.is_bool()) value = to_plain_text(value);
}

void make_integer(const Param& param, json::Value& value) {
  auto number = json::find_int(value, "");
  if (auto const* text = value.if_string()) number = parse_integer(json::view(*text));
  if (number) value = std::clamp(*number, param.min, param.max);
}

void make_number(const Param& param, json::Value& value) {
  if (auto const* text = value.if_string()) {
    auto const trimmed = trim(json::view(*text));
    double number = 0;
    auto const [end, ec] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
    if (ec != std::errc() || end != trimmed.data() + trimmed.size()) return;
    value = number;
  }
  if (!value.is_number()) return;
  auto const number = value.to_number<double>();
  if (number < static_cast<double>(param.min)) value = param.min;
  if (number > static_cast<double>(param.max)) value = param.max;
}

// Some write an object as text: "{\"a\":1}".
void make_object(json::Value& value) {
  auto const* text = value.if_string();
  if (text == nullptr || !text->starts_with('{')) return;
  auto parsed = json::parse(json::view(*text), value.storage());
  if (parsed && parsed->is_object()) value = *std::move(parsed);
}

void make_boolean(json::Value& value) {
  auto const* text = value.if_string();
  if (text == nullptr) return;
  if (iequals(json::view(*text), "true")) value = true;
  if (value.is_string() && iequals(json::view(*text), "false")) value = false;
}

// One element is a list of one.
void wrap_in_list(json::Value& value) {
  // Some write the list itself as text: "[\"a\"]".
  if (auto const* text = value.if_string(); text != nullptr && text->starts_with('[')) {
    auto const list = json::parse(json::view(*text), value.storage());
    if (list && list->is_array()) value = *list;
  }
  if (value.is_array()) return;
  json::Array list(value.storage());
  list.push_back(std::move(value));
  value = std::move(list);
}

void match_choice(const Param& param, json::Value& value) {
  auto const* text = value.if_string();
  if (param.choices.empty() || text == nullptr) return;
  for (auto const choice : split(param.choices, '|')) {
    if (iequals(choice, json::view(*text))) {
      value = choice;
      return;
    }
  }
}

void loosen(const Param& param, json::Value& value) {
  switch (param.kind) {
    case Kind::string:
    case Kind::timestamp:
      make_text(value);
      match_choice(param, value);
      break;
    case Kind::integer: make_integer(param, value); break;
    case Kind::number: make_number(param, value); break;
    case Kind::boolean: make_boolean(value); break;
    case Kind::string_list:
    case Kind::joined_list:
      if (value.is_object()) break;
      wrap_in_list(value);
      for (auto& element : value.get_array()) {
        make_text(element);
        match_choice(param, element);
      }
      break;
    case Kind::object: make_object(value); break;
    case Kind::object_list:
      make_object(value);
      wrap_in_list(value);
      for (auto& element : value.get_array()) make_object(element);
      break;
  }
}

// "" asks for nothing in a query; in a body it may mean "make it empty".
bool counts_as_absent(const Param* param, const json::Value& value) {
  if (value.is_null()) return true;
  auto const* text = value.if_string();
  return text != nullptr && text->empty() && param != nullptr && !param->required &&
         param->in != In::body;
}

json::Value fallback_of(const Param& param, const boost::json::storage_ptr& memory) {
  switch (param.kind) {
    case Kind::integer: return parse_integer(param.fallback).value_or(0);
    case Kind::boolean: return param.fallback == "true";
    case Kind::string_list:
    case Kind::joined_list: {
      json::Array list(memory);
      for (auto const element : split(param.fallback, '|')) list.emplace_back(element);
      return list;
    }
    case Kind::number: {
      double number = 0;
      auto const& text = param.fallback;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case Kind::object:
    case Kind::object_list:
    case Kind::string:
    case Kind::timestamp: break;
  }
  return json::Value(param.fallback, memory);
}

Result<> check_needs(const Param& param, const json::Object& arguments) {
  if (param.needs.empty() || !arguments.contains(param.name)) return {};
  for (auto const word : split(param.needs, ' ')) {
    auto const is_barred = word.starts_with('!');
    auto const other = word.substr(is_barred ? 1 : 0);
    if (arguments.contains(other) != is_barred) continue;
    auto const how = is_barred ? "cannot be used together with" : "can be used only together with";
    return Error(ErrorKind::invalid_input, fmt::format("{} {} {}", param.name, how, other));
  }
  return {};
}

const json::Value* find(const json::Object& arguments, std::string_view name) {
  return arguments.if_contains(name);
}

}  // namespace

void accept_loose_arguments(const Tool& tool, json::Object& arguments) {
  std::vector<std::string> absent;
  for (auto& member : arguments) {
    auto const* param = find_param(tool, member.key());
    if (counts_as_absent(param, member.value())) {
      absent.emplace_back(member.key());
    } else if (param != nullptr) {
      loosen(*param, member.value());
    }
  }
  for (auto const& name : absent) arguments.erase(name);
}

Result<> complete_arguments(
    const Tool& tool, json::Object& arguments, std::chrono::system_clock::time_point now
) {
  for (auto const& param : tool.params) {
    if (param.name.empty()) continue;
    DAVIT_CHECK(check_needs(param, arguments));
    if (!param.fallback.empty() && !arguments.contains(param.name)) {
      arguments.emplace(param.name, fallback_of(param, arguments.storage()));
    }
    if (param.kind != Kind::timestamp || !arguments.contains(param.name)) continue;
    auto time = to_timestamp(text_of(arguments, param.name), now);
    if (!time) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format(
              "{} must be a time such as 2026-11-20, 2026-11-20T14:00:00Z, 7d for that long ago, "
              "or "
              "now+2h",
              param.name
          )
      );
    }
    arguments[param.name] = *time;
  }
  return {};
}

std::string_view text_of(const json::Object& arguments, std::string_view name) {
  auto const* value = find(arguments, name);
  return value != nullptr && value->is_string() ? json::view(value->get_string())
                                                : std::string_view();
}

std::int64_t integer_of(const json::Object& arguments, std::string_view name) {
  auto const* value = find(arguments, name);
  return value == nullptr ? 0 : json::find_int(*value, "").value_or(0);
}

double number_of(const json::Object& arguments, std::string_view name) {
  auto const* value = find(arguments, name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

bool flag_of(const json::Object& arguments, std::string_view name) {
  auto const* value = find(arguments, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string_view> list_of(const json::Object& arguments, std::string_view name) {
  std::vector<std::string_view> list;
  auto const* value = find(arguments, name);
  if (value == nullptr || !value->is_array()) return list;
  for (auto const& element : value->get_array()) {
    if (auto const* text = element.if_string()) list.push_back(json::view(*text));
  }
  return list;
}

std::string to_plain_text(const json::Value& value) {
  if (auto const* text = value.if_string()) return std::string(json::view(*text));
  return json::to_text(value);
}

}  // namespace davit::connector
