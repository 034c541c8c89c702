#include "connector/request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "http/url.h"

namespace davit::connector {
namespace {

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
  for (;;) {
    auto const open = path.find('{');
    out += path.substr(0, open);
    if (open == std::string_view::npos) return out;
    auto const close = path.find('}', open);
    auto const name = path.substr(open + 1, close - open - 1);
    auto const* value =
        name.starts_with('.') ? json::find(answer, name.substr(1)) : arguments.if_contains(name);
    DAVIT_TRY(
        auto const segment, encode_segment(name, value == nullptr ? "" : to_plain_text(*value))
    );
    out += segment;
    path.remove_prefix(close + 1);
  }
}

Result<ApiRequest> build_request(const Tool& tool, const json::Object& arguments) {
  DAVIT_TRY(auto const path, choose_path(tool.call.path, arguments));
  auto const question = path.find('?');
  ApiRequest request;
  request.method = tool.call.method;
  DAVIT_TRY(request.target, expand_path(path.substr(0, question), arguments));

  Pairs pairs;
  json::Object body;
  for (auto const& param : tool.params) {
    auto const* value = arguments.if_contains(param.name);
    if (value == nullptr) continue;
    if (param.in == In::query) add_pairs(param, *value, pairs);
    if (param.in != In::body) continue;
    body.emplace(
        wire_name(param), param.kind == Kind::joined_list ? json::Value(joined(*value)) : *value
    );
  }
  if (question != Str::npos) {
    auto fixed = http::parse_query(path.substr(question + 1));
    std::erase_if(fixed, [&](auto const& pair) {
      return std::ranges::any_of(pairs, [&](auto const& p) { return p.first == pair.first; });
    });
    pairs.insert(pairs.begin(), fixed.begin(), fixed.end());
  }
  if (!pairs.empty()) request.target += '?' + http::to_query(pairs);
  if (!body.empty()) request.body = json::to_text(body);
  return request;
}

}  // namespace davit::connector
