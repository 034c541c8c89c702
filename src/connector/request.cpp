#include "connector/request.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/tool.h"
#include "http/url.h"

namespace davit::connector {
namespace {

// Of arrays that paths make; rows are ours, and theirs are small.
constexpr std::size_t kLastIndex = 99;

Str wire_name(const Param& param) { return param.wire.empty() ? param.name : param.wire; }

bool has_dot_step(std::string_view path) {
  std::string slashes(path);
  std::ranges::replace(slashes, '\\', '/');
  return std::ranges::any_of(split(slashes, '/'), [](auto step) {
    return step == "." || step == "..";
  });
}

std::vector<Str> placeholders(Str path) {
  std::vector<Str> names;
  for_each_placeholder(path, [&](Str name) { names.push_back(name); });
  return names;
}

// The first alternative that the arguments fill.
Result<Str> choose_path(Str alternatives, const json::Object& arguments) {
  std::string wanted;
  for (auto const path : split(alternatives, '|')) {
    auto const names = placeholders(path);
    auto const is_given = [&](Str name) { return arguments.contains(name); };
    if (std::ranges::all_of(names, is_given)) return path;
    if (!wanted.empty()) wanted += ", or ";
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) wanted += " and ";
      wanted += names[i];
    }
  }
  return Error(ErrorKind::invalid_input, fmt::format("an argument is missing: give {}", wanted));
}

std::string joined(const json::Value& list) {
  std::string text;
  if (!list.is_array()) return to_plain_text(list);
  for (auto const& element : list.get_array()) {
    if (!text.empty()) text += ',';
    text += to_plain_text(element);
  }
  return text;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

void add_pairs(const Param& param, const json::Value& value, Pairs& pairs) {
  std::string const name(wire_name(param));
  if (param.kind == Kind::string_list && value.is_array()) {
    for (auto const& element : value.get_array()) pairs.emplace_back(name, to_plain_text(element));
  } else {
    pairs.emplace_back(name, joined(value));
  }
}

// What an argument is in a body.
json::Value body_value(const Param& param, const json::Value& value) {
  auto const referring = [&](const json::Value& id) {
    return json::Object{{"id", id}, {"type", param.reference}};
  };
  if (param.kind == Kind::joined_list) return json::Value(joined(value));
  if (param.reference.empty()) return value;
  if (!value.is_array()) return referring(value);
  json::Array all;
  for (auto const& id : value.get_array()) all.push_back(referring(id));
  return all;
}

}  // namespace

Result<std::string> encode_segment(std::string_view name, std::string_view value) {
  auto const refuse = [&](std::string_view why) {
    return Error(ErrorKind::invalid_input, fmt::format("{} {}", name, why));
  };
  if (value.empty()) return refuse("must not be empty");
  if (std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    return refuse("must not contain control characters");
  }
  if (has_dot_step(value) || has_dot_step(http::percent_decode(value).value_or(""))) {
    return refuse("must not contain '.' or '..' as a step of a path");
  }
  return http::percent_encode(value);
}

Result<std::string> expand_path(
    std::string_view path, const json::Object& arguments, const json::Value& answer
) {
  std::string out;
  auto is_query = false;
  for (;;) {
    auto const open = path.find('{');
    is_query = is_query || path.substr(0, open).find('?') != std::string_view::npos;
    out += path.substr(0, open);
    if (open == std::string_view::npos) return out;
    auto const close = path.find('}', open);
    if (close == std::string_view::npos) {
      return Error(ErrorKind::internal, "a '{' is not closed in a path");
    }
    auto const name = path.substr(open + 1, close - open - 1);
    auto const* value =
        name.starts_with('.') ? json::find(answer, name.substr(1)) : arguments.if_contains(name);
    auto const text = value == nullptr ? std::string() : to_plain_text(*value);
    path.remove_prefix(close + 1);
    if (is_query) {
      out += http::percent_encode(text);
      continue;
    }
    auto const shown = name.starts_with('.') ? name.substr(1) : name;
    DAVIT_TRY(auto const segment, encode_segment(shown, text));
    out += segment;
  }
}

Result<ApiRequest> build_request(const Tool& tool, const json::Object& arguments) {
  DAVIT_TRY(auto const path, choose_path(tool.call.path, arguments));
  auto const question = path.find('?');
  ApiRequest request;
  request.method = tool.call.method;
  DAVIT_TRY(request.target, expand_path(path.substr(0, question), arguments));

  request.is_repeatable = tool.idempotent;
  Pairs pairs;
  json::Value body;
  if (!tool.call.body.empty()) body = json::parse(tool.call.body).value_or(json::Value());
  for (auto const& param : tool.params) {
    auto const* value = arguments.if_contains(param.name);
    if (value == nullptr) continue;
    if (param.in == In::query) add_pairs(param, *value, pairs);
    if (param.in != In::body) continue;
    set_at(body, wire_name(param), body_value(param, *value));
  }
  if (question != Str::npos) {
    auto fixed = http::parse_query(path.substr(question + 1));
    std::erase_if(fixed, [&](auto const& pair) {
      return std::ranges::any_of(pairs, [&](auto const& p) { return p.first == pair.first; });
    });
    pairs.insert(pairs.begin(), fixed.begin(), fixed.end());
  }
  if (!pairs.empty()) request.target += '?' + http::to_query(pairs);
  if (!body.is_null()) request.body = json::to_text(body);
  return request;
}

ApiRequest make_request(http::Method method, std::string target, const json::Value& body) {
  ApiRequest request{.method = method, .target = std::move(target)};
  if (!body.is_null()) request.body = json::to_text(body);
  request.is_repeatable = method == http::Method::get || method == http::Method::head;
  return request;
}

void set_at(json::Value& body, std::string_view path, json::Value value) {
  auto const dot = path.find('.');
  auto const key = path.substr(0, dot);
  auto const is_index = !key.empty() && key.find_first_not_of("0123456789") == key.npos;
  json::Value* place = nullptr;
  if (is_index && (body.is_null() || body.is_array())) {
    auto& array = body.is_null() ? body.emplace_array() : body.get_array();
    std::size_t index = 0;
    std::from_chars(key.data(), key.data() + key.size(), index);
    index = std::min(index, kLastIndex);
    if (array.size() <= index) array.resize(index + 1);
    place = &array[index];
  } else {
    auto& object = body.is_object() ? body.get_object() : body.emplace_object();
    place = &object[key];
  }
  if (dot == path.npos) {
    *place = std::move(value);
  } else {
    set_at(*place, path.substr(dot + 1), std::move(value));
  }
}

}  // namespace davit::connector
