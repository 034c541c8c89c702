#include "manifest/calls.h"

#include "base/strings.h"
#include "config/reader.h"
#include "manifest/formats.h"

namespace davit::manifest {
namespace {

// The end of a value: the next blank that is in no JSON string.
std::size_t end_of_value(std::string_view text) {
  auto is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      is_quoted = !is_quoted;
    } else if (text[i] == ' ' && !is_quoted) {
      return i;
    }
  }
  return text.size();
}

json::Value to_value(std::string_view text) {
  auto value = json::parse(text);
  return value ? *std::move(value) : json::Value(json::String(text));
}

// What is wrong, or nothing.
std::string_view read_call(std::string_view text, ToolCall& call) {
  auto rest = trim(text);
  auto const name = rest.substr(0, rest.find(' '));
  rest = trim(rest.substr(name.size()));
  auto const slash = name.find('/');
  if (slash != std::string_view::npos) call.server = name.substr(0, slash);
  call.tool = slash == std::string_view::npos ? name : name.substr(slash + 1);
  if (slash != std::string_view::npos && !config::check_name(call.server).empty())
    return "must begin with the name of a server, or of a tool alone";
  if (call.tool.empty() || !check_tool(call.tool).empty())
    return "must begin with the name of a tool, such as gitlab_list_projects";
  while (!rest.empty() && !rest.starts_with("=>")) {
    auto const equals = rest.find('=');
    auto const key = rest.substr(0, equals);
    if (equals == std::string_view::npos || key.empty() || key.find(' ') != std::string_view::npos)
      return "has something that is no argument; write NAME=VALUE, with a value of several words "
             "in double quotes, or => TEXT at the end";
    auto const after = rest.substr(equals + 1);
    auto const value = after.substr(0, end_of_value(after));
    if (!call.arguments.emplace(key, to_value(value)).second) return "has an argument twice";
    rest = trim(after.substr(value.size()));
  }
  if (rest.empty()) return "";
  call.contains = trim(rest.substr(2));
  return call.contains.empty() ? "has nothing behind =>; write a text that the answer contains"
                               : "";
}

}  // namespace

Result<ToolCall> parse_call(std::string_view text) {
  ToolCall call;
  if (auto const wrong = read_call(text, call); !wrong.empty())
    return Error(ErrorKind::invalid_input, std::string(wrong));
  return call;
}

std::string_view check_call(std::string_view text) {
  ToolCall call;
  return read_call(text, call);
}

}  // namespace davit::manifest
