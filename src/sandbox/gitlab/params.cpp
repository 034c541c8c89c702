#include "sandbox/gitlab/params.h"

#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"
#include "http/url.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::gitlab {
namespace {

// "a[b][]" -> "a", "b", "".
std::vector<std::string_view> name_parts(std::string_view name) {
  std::vector<std::string_view> parts{name.substr(0, name.find('['))};
  auto rest = name.substr(parts.front().size());
  while (rest.starts_with('[')) {
    auto const end = rest.find(']');
    if (end == std::string_view::npos) break;
    parts.push_back(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
  }
  return parts;
}

void insert(json::Value& at, std::span<const std::string_view> parts, std::string_view value) {
  if (parts.empty()) {
    at = json::String(value);
    return;
  }
  if (!parts.front().empty()) {
    if (!at.is_object()) at.emplace_object();
    insert(at.get_object()[parts.front()], parts.subspan(1), value);
    return;
  }
  if (!at.is_array()) at.emplace_array();
  auto& array = at.get_array();
  // Rack: in a list of objects, a key that the last one already has begins the next one.
  auto const continues = parts.size() > 1 && !array.empty() && array.back().is_object() &&
                         !array.back().get_object().contains(parts[1]);
  if (!continues) array.emplace_back(nullptr);
  insert(array.back(), parts.subspan(1), value);
}

void insert_pairs(json::Object& into, std::string_view encoded) {
  for (auto const& [name, value] : http::parse_query(encoded)) {
    auto const parts = name_parts(name);
    insert(into[parts.front()], std::span(parts).subspan(1), value);
  }
}

const json::Value* find(const json::Object& object, std::span<const std::string_view> parts) {
  auto const* value = object.if_contains(parts.front());
  for (auto const part : parts.subspan(1)) {
    auto const* inner = value == nullptr ? nullptr : value->if_object();
    if (inner == nullptr) return nullptr;
    value = inner->if_contains(part);
  }
  return value;
}

std::optional<std::int64_t> to_integer(const json::Value& value) {
  if (auto const* number = value.if_int64()) return *number;
  auto const* text = value.if_string();
  if (text == nullptr || text->empty()) return std::nullopt;
  std::int64_t number = 0;
  auto const [end, ec] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (ec != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<bool> to_flag(const json::Value& value) {
  if (value.is_bool()) return value.get_bool();
  auto const text = value.is_string()  ? to_lower(json::view(value.get_string()))
                    : value.is_int64() ? json::to_text(value)
                                       : std::string();
  for (auto const* yes : {"true", "t", "1", "yes", "y", "on"}) {
    if (text == yes) return true;
  }
  for (auto const* no : {"false", "f", "0", "no", "n", "off"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::optional<json::Value> to_list(const json::Value& value) {
  json::Array list;
  if (auto const* text = value.if_string()) {
    for (auto const piece : split(json::view(*text), ',')) {
      if (!trim(piece).empty()) list.push_back(json::String(trim(piece)));
    }
    return list;
  }
  auto const* array = value.if_array();
  if (array == nullptr) return std::nullopt;
  for (auto const& item : *array) {
    if (item.is_string() && item.get_string().empty()) continue;
    if (item.is_structured()) return std::nullopt;
    list.push_back(item.is_string() ? item : json::Value(json::to_text(item)));
  }
  return list;
}

std::optional<json::Value> to_integers(const json::Value& value) {
  if (auto const single = to_integer(value)) return json::Array{*single};
  auto const texts = to_list(value);
  if (!texts) return std::nullopt;
  json::Array numbers;
  for (auto const& item : texts->get_array()) {
    auto const number = to_integer(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

// Nothing when the value has another type.
std::optional<json::Value> convert(const json::Value& value, Kind kind) {
  if (value.is_null()) return json::Value();
  auto const is_empty_text = value.is_string() && value.get_string().empty();
  auto const* text = value.if_string();
  switch (kind) {
    case Kind::text:
      if (value.is_structured()) return std::nullopt;
      return text != nullptr ? value : json::Value(json::to_text(value));
    case Kind::integer:
      if (is_empty_text) return json::Value();
      if (auto const number = to_integer(value)) return json::Value(*number);
      return std::nullopt;
    case Kind::flag:
      if (is_empty_text) return json::Value();
      if (auto const flag = to_flag(value)) return json::Value(*flag);
      return std::nullopt;
    case Kind::time:
      if (is_empty_text) return json::Value();
      if (text != nullptr && parse_time(json::view(*text))) return value;
      return std::nullopt;
    case Kind::date:
      if (is_empty_text) return json::Value();
      return text != nullptr ? std::optional(value) : std::nullopt;
    case Kind::list: return to_list(value);
    case Kind::integers:
      if (is_empty_text) return json::Value(json::Array());
      return to_integers(value);
    case Kind::id_or_word:
      if (auto const number = to_integer(value)) return json::Value(*number);
      if (text != nullptr && iequals(json::view(*text), "none")) return json::Value("None");
      if (text != nullptr && iequals(json::view(*text), "any")) return json::Value("Any");
      return std::nullopt;
    case Kind::object: return value.is_object() ? std::optional(value) : std::nullopt;
    case Kind::objects:
      if (!value.is_array()) return std::nullopt;
      for (auto const& item : value.get_array()) {
        if (!item.is_object()) return std::nullopt;
      }
      return value;
  }
  return std::nullopt;
}

bool is_blank(const json::Value& value) {
  if (value.is_null()) return true;
  auto const* text = value.if_string();
  return text != nullptr && json::view(*text).find_first_not_of(" \t\r\n") == std::string::npos;
}

bool is_choice(const json::Value& value, std::string_view choices) {
  if (value.is_null()) return true;
  if (auto const* array = value.if_array()) {
    for (auto const& item : *array) {
      if (!is_choice(item, choices)) return false;
    }
    return true;
  }
  auto const text =
      value.is_string() ? std::string(json::view(value.get_string())) : json::to_text(value);
  for (auto const choice : split(choices, '|')) {
    if (text == choice) return true;
  }
  return false;
}

void put(json::Object& into, std::span<const std::string_view> parts, json::Value value) {
  auto* object = &into;
  for (; parts.size() > 1; parts = parts.subspan(1)) {
    auto& inner = (*object)[parts.front()];
    if (!inner.is_object()) inner.emplace_object();
    object = &inner.get_object();
  }
  (*object)[parts.front()] = std::move(value);
}

// Checks one parameter; what is wrong, or nothing.
std::optional<std::string> check(const json::Object& given, const Param& param, json::Object& out) {
  auto const parts = name_parts(param.name);
  auto const is_required = param.need == Need::required || param.need == Need::required_not_blank;
  auto const is_filled = param.need == Need::not_blank || param.need == Need::required_not_blank;
  if (parts.size() > 1 && find(given, std::span(parts).first(parts.size() - 1)) == nullptr) {
    return std::nullopt;
  }
  auto const* value = find(given, parts);
  if (value == nullptr) {
    if (is_required) return fmt::format("{} is missing", param.name);
    if (!param.fallback.empty()) {
      put(out, parts, convert(json::String(param.fallback), param.kind).value_or(json::Value()));
    }
    return std::nullopt;
  }
  auto converted = convert(*value, param.kind);
  if (!converted) {
    return param.kind == Kind::id_or_word
               ? fmt::format("{} should be an integer, 'None' or 'Any'", param.name)
               : fmt::format("{} is invalid", param.name);
  }
  if (is_filled && is_blank(*converted)) return fmt::format("{} is empty", param.name);
  if (!param.choices.empty() && !is_choice(*converted, param.choices)) {
    return fmt::format("{} does not have a valid value", param.name);
  }
  // An object was declared for its members: they are put in one by one.
  put(out, parts, *std::move(converted));
  return std::nullopt;
}

}  // namespace

Or<json::Object> read_params(const http::Request& request) {
  json::Object params;
  insert_pairs(params, request.query());
  if (request.body.empty()) return params;
  auto const type = request.headers.get("Content-Type").value_or("application/json");
  auto const media = to_lower(trim(type.substr(0, type.find(';'))));
  if (media == "application/x-www-form-urlencoded") {
    insert_pairs(params, request.body);
    return params;
  }
  if (media != "application/json") {
    return error(415, fmt::format("The provided content-type '{}' is not supported.", media));
  }
  auto const body = json::parse(request.body);
  if (!body) return error(400, "message body does not match declared format");
  if (auto const* object = body->if_object()) {
    for (auto const& member : *object) params[member.key()] = member.value();
  }
  return params;
}

Or<json::Object> check_params(
    const json::Object& given, std::span<const std::span<const Param>> declared
) {
  json::Object params;
  std::string wrong;
  for (auto const& group : declared) {
    for (auto const& param : group) {
      auto const problem = check(given, param, params);
      if (!problem) continue;
      if (!wrong.empty()) wrong += ", ";
      wrong += *problem;
    }
  }
  if (!wrong.empty()) return error(400, wrong);
  return params;
}

}  // namespace davit::sandbox::gitlab
