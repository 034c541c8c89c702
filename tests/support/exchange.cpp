#include "support/exchange.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/strings.h"
#include "http/url.h"
#include "support/connector_world.h"

namespace davit::testing {
namespace {

constexpr std::string_view kRule = "---------- ";
constexpr std::string_view kCursor = "<cursor>";
constexpr std::size_t kLineWidth = 100;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& text, std::ios::openmode mode) {
  std::ofstream out(path, mode | std::ios::binary);
  out << text;
}

Replay replayed(const std::string& path, std::string text) {
  if (std::getenv("DAVIT_UPDATE") != nullptr) write_file(path, text, std::ios::trunc);
  return {.recorded = read_file(path), .replayed = std::move(text)};
}

struct Section {
  std::string title;
  std::string text;  // ends with a line feed
};

// The first section has no title: it is what stands above the first rule.
std::vector<Section> split_sections(const std::string& text) {
  std::vector<Section> sections(1);
  for (auto const line : split(text, '\n')) {
    if (line.starts_with(kRule)) {
      sections.push_back({.title = std::string(line.substr(kRule.size()))});
    } else {
      sections.back().text.append(line) += '\n';
    }
  }
  for (auto& section : sections) {
    while (section.text.ends_with("\n\n")) section.text.pop_back();
  }
  return sections;
}

// The value of the line "key: value" above the first rule.
std::string setting(const std::string& head, std::string_view key) {
  for (auto const line : split(head, '\n')) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(": ")) {
      return std::string(trim(line.substr(key.size() + 2)));
    }
  }
  return "";
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

ScriptedAnswer parse_response(const std::string& text) {
  ScriptedAnswer answer;
  auto const lines = split(text, '\n');
  auto const words = split(lines[0], ' ');
  if (words[0] == "hang") answer.error = Error(ErrorKind::timeout, "no answer in time");
  if (words[0] == "broken") answer.error = Error(ErrorKind::unavailable, "connection reset");
  answer.status = std::atoi(std::string(words[0]).c_str());
  std::size_t line = 1;
  for (; line < lines.size() && !lines[line].empty(); ++line) {
    auto const colon = std::min(lines[line].find(':'), lines[line].size() - 1);
    answer.headers.add(lines[line].substr(0, colon), trim(lines[line].substr(colon + 1)));
  }
  auto const blank = text.find("\n\n");
  auto body = blank == std::string::npos ? std::string() : text.substr(blank + 2);
  if (body.ends_with('\n')) body.pop_back();
  if (words.size() == 2 && words[1] == "escaped") {
    body =
        replaced(replaced(replaced(body, "\\e", "\x1B"), "\\r", "\r"), "\\0", std::string(1, '\0'));
  }
  auto const times = words.size() == 3 ? std::atoi(std::string(words[2]).c_str()) : 1;
  for (int i = 0; i < times; ++i) answer.body += body;
  return answer;
}

// One call of a file: its sections, sorted by kind.
struct RecordedCall {
  std::string arguments;
  std::vector<std::string> requests;
  std::vector<std::string> responses;
};

std::vector<RecordedCall> calls_of(const std::vector<Section>& sections) {
  std::vector<RecordedCall> calls;
  for (auto const& section : sections) {
    if (section.title == "arguments") {
      calls.push_back({.arguments = section.text});
    } else if (!calls.empty() && section.title == "request") {
      calls.back().requests.push_back(section.text);
    } else if (!calls.empty() && section.title.starts_with("response")) {
      calls.back().responses.push_back(section.text);
    }
  }
  return calls;
}

std::string target_of(const http::ClientRequest& request, std::string_view base) {
  std::string_view url = request.url;
  if (url.starts_with(base)) url.remove_prefix(base.size());
  return std::string(url);
}

// `recorded` names the headers to show.
std::string show_request(
    const http::ClientRequest& request, std::string_view base, std::string_view recorded
) {
  auto text = fmt::format("{} {}\n", http::to_string(request.method), target_of(request, base));
  auto const lines = split(recorded, '\n');
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
    auto const name = lines[i].substr(0, lines[i].find(':'));
    text += fmt::format("{}: {}\n", name, request.headers.get(name).value_or("(not sent)"));
  }
  if (!request.body.empty()) text += fmt::format("\n{}\n", request.body);
  return text;
}

void dump(
    std::string_view source,
    const connector::Connector& connector,
    http::Method method,
    std::string_view target,
    std::string_view body
) {
  auto const* file = std::getenv("DAVIT_DUMP_REQUESTS");
  if (file == nullptr) return;
  json::Object line{
      {"exchange", source},
      {"connector", connector.name},
      {"method", http::to_string(method)},
      {"target", target},
  };
  if (!body.empty()) line["body"] = json::parse(body).value_or(json::Value());
  write_file(file, json::to_text(line) + '\n', std::ios::app);
}

// A value that any upstream would take for the parameter.
json::Value sample_of(const connector::Param& param) {
  using connector::Kind;
  auto const choice = split(param.choices, '|')[0];
  auto const text = choice.empty() ? std::string_view("12") : choice;
  switch (param.kind) {
    case Kind::integer: return std::clamp<std::int64_t>(12, param.min, param.max);
    case Kind::number: return 12.5;
    case Kind::boolean: return true;
    case Kind::timestamp: return "2026-11-20T14:00:00Z";
    case Kind::string_list:
    case Kind::joined_list: return json::Array{text};
    case Kind::object: return json::Object();
    case Kind::object_list: return json::Array();
    case Kind::string: break;
  }
  return json::Value(text);
}

// What a lookup would have put in the place of a name.
json::Value looked_up(const connector::Param& param, json::Value sample) {
  if (param.lookup == nullptr) return sample;
  return sample.is_array() ? json::Value(json::Array{12}) : json::Value(12);
}

bool is_placeholder(std::string_view name, std::string_view path) {
  return path.find(fmt::format("{{{}}}", name)) != path.npos;
}

bool goes_with(const connector::Param& param, std::string_view path) {
  if (param.needs.empty()) return true;
  return std::ranges::all_of(split(param.needs, ' '), [&](std::string_view word) {
    auto const is_barred = word.starts_with('!');
    return is_placeholder(word.substr(is_barred ? 1 : 0), path) != is_barred;
  });
}

// The arguments of one alternative: what its path wants, and everything that is not for a path.
json::Object samples_for(const connector::Tool& tool, std::string_view path) {
  json::Object arguments;
  for (auto const& param : tool.params) {
    if (param.name.empty() || !goes_with(param, path)) continue;
    if (param.in != connector::In::path || is_placeholder(param.name, path)) {
      arguments[param.name] = looked_up(param, sample_of(param));
    }
  }
  return arguments;
}

// The same arguments once for each choice that a parameter has.
std::vector<json::Object> with_each_choice(const connector::Tool& tool, json::Object arguments) {
  std::vector<json::Object> all{arguments};
  for (auto const& param : tool.params) {
    if (param.choices.empty() || !arguments.contains(param.name)) continue;
    auto const choices = split(param.choices, '|');
    for (std::size_t i = 1; i < choices.size(); ++i) {
      auto& other = all.emplace_back(arguments);
      other[param.name] = choices[i];
    }
  }
  return all;
}

// A sealed cursor is another text each time. Takes it out, and remembers it.
void hide_cursor(json::Value& structured, std::string& cursor) {
  auto* object = structured.if_object();
  auto* found = object == nullptr ? nullptr : object->if_contains("next_cursor");
  if (found == nullptr || !found->is_string()) return;
  cursor = json::view(found->get_string());
  *found = kCursor;
}

Section show_result(Result<mcp::ToolResult> result, std::string& cursor) {
  if (!result) {
    auto const& error = result.error();
    return {"failed", fmt::format("{}: {}\n", to_string(error.kind()), error.message())};
  }
  Section section{.title = result->is_error ? "error" : "result"};
  if (result->is_error && !result->structured) section.title = "refused";
  for (auto const& block : result->content) {
    auto const* text = block.if_text();
    section.text += text != nullptr ? *text : std::string("(a picture)");
    section.text += '\n';
  }
  if (result->structured) {
    hide_cursor(*result->structured, cursor);
    section.text += to_pretty_text(*result->structured) + '\n';
  }
  return section;
}

void append(std::string& out, std::string_view title, std::string_view text) {
  out += fmt::format("{}{}\n{}", kRule, title, text);
}

void append_pretty(std::string& out, const json::Value& value, std::size_t indent) {
  auto const flat = json::to_text(value);
  auto const is_nested = value.is_object() || value.is_array();
  if (!is_nested || flat.size() + indent <= kLineWidth) {
    out += flat;
    return;
  }
  auto const line = [&](std::size_t depth) { out.append(1, '\n').append(depth, ' '); };
  auto const is_object = value.is_object();
  out += is_object ? '{' : '[';
  bool first = true;
  auto const next = [&] {
    if (!std::exchange(first, false)) out += ',';
    line(indent + 2);
  };
  if (is_object) {
    for (auto const& member : value.get_object()) {
      next();
      json::append_text(out, json::Value(member.key()));
      out += ": ";
      append_pretty(out, member.value(), indent + 2);
    }
  } else {
    for (auto const& element : value.get_array()) {
      next();
      append_pretty(out, element, indent + 2);
    }
  }
  line(indent);
  out += is_object ? '}' : ']';
}

}  // namespace

Replay replay_exchange(
    const connector::Connector& connector, const std::string& path, connector::Settings settings
) {
  auto const sections = split_sections(read_file(path));
  auto const& head = sections[0].text;
  auto const set = [&](std::string_view key, std::string& place) {
    if (auto value = setting(head, key); !value.empty()) place = value == "-" ? "" : value;
  };
  set("url", settings.base_url);
  set("auth", settings.auth);
  set("user", settings.user);
  if (auto token = setting(head, "token"); !token.empty()) {
    settings.credential = Secret(std::move(token));
  }
  if (auto const access = setting(head, "access"); !access.empty()) {
    settings.access = connector::parse_access(access).value_or(connector::Access::read_only);
  }
  ConnectorWorld world(connector, settings);
  auto const& base = world.instance().settings().base_url;
  auto const name = std::filesystem::path(path).stem().string();

  auto out = head;
  std::string cursor;
  for (auto const& call : calls_of(sections)) {
    auto const first_request = world.client().seen.size();
    auto const first_wait = world.waits().size();
    for (auto const& response : call.responses) {
      world.client().script.push_back(parse_response(response));
    }
    auto result = world.call(setting(head, "tool"), replaced(call.arguments, kCursor, cursor));

    append(out, "arguments", call.arguments);
    auto const count = world.client().seen.size() - first_request;
    for (std::size_t i = 0; i < count; ++i) {
      auto const& request = world.client().seen[first_request + i];
      auto const recorded = i < call.requests.size() ? call.requests[i] : std::string();
      append(out, "request", show_request(request, base, recorded));
      if (i < call.responses.size()) append(out, "response", call.responses[i]);
      dump(name, connector, request.method, target_of(request, base), request.body);
    }
    for (std::size_t i = first_wait; i < world.waits().size(); ++i) {
      append(out, "wait", fmt::format("{} ms\n", world.waits()[i].count()));
    }
    for (auto i = count; i < call.responses.size(); ++i) {
      append(out, "response that nothing asked for", call.responses[i]);
    }
    world.client().script.clear();
    auto const shown = show_result(std::move(result), cursor);
    append(out, shown.title, shown.text);
  }
  return replayed(path, std::move(out));
}

std::vector<std::string> exchange_names(const std::string& folder) {
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".exchange") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::size_t dump_requests_of_rows(const connector::Connector& connector) {
  std::size_t count = 0;
  auto const add = [&](const connector::Tool& tool, const connector::ApiRequest& request) {
    dump(tool.name, connector, request.method, request.target, request.body);
    ++count;
  };
  json::Value const answer{{"id", 12}};
  connector::for_each_tool(connector, [&](const connector::Tool& tool) {
    for (auto const path : split(tool.call.path, '|')) {
      for (auto const& arguments : with_each_choice(tool, samples_for(tool, path))) {
        auto const request = connector::build_request(tool, arguments);
        if (request && !path.empty()) add(tool, *request);
      }
    }
    for (auto const& part : tool.parts) {
      auto const target = connector::expand_path(part.path, samples_for(tool, part.path), answer);
      if (target && !target->empty()) add(tool, {.target = *target});
    }
  });
  return count;
}

Replay replay_snapshot(const std::string& path, const std::string& text) {
  return replayed(path, text);
}

std::string to_pretty_text(const json::Value& value) {
  std::string out;
  append_pretty(out, value, 0);
  return out;
}

}  // namespace davit::testing
